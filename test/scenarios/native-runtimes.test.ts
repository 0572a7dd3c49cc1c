import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test, type TestContext } from 'node:test';
import { goBootstrap, rustBootstrap } from '../runtimes/support/native-clients.ts';
import { Account } from '../support/account.ts';
import { RealDaemon } from '../support/daemon.ts';

/** AWS's own runtime clients of compiled languages, unmodified, in the sandbox. */

const EXECUTABLE = 0o100755;

describe('compiled runtimes', { concurrency: false }, () => {
  let daemon: RealDaemon;
  let account: Account;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  /** What the program of `test/runtimes/clients` does, by its error type's name in its language. */
  async function conforms(context: TestContext, name: string, bootstrap: string | undefined, errorType: RegExp): Promise<void> {
    if (bootstrap === undefined) {
      assert.notEqual(process.env['CI'], 'true', `the client for ${name} could not be built`);
      context.skip(`the client for ${name} could not be built`);
      return;
    }
    const files = [{ name: 'bootstrap', mode: EXECUTABLE, content: readFileSync(bootstrap) }];
    await account.deploy(name, { runtime: 'provided.al2023', handler: 'bootstrap', files });
    const { body, log } = await account.invoke(name, { n: 7 });
    const { id, n } = body as { readonly id: string; readonly n: number };
    assert.equal(n, 42, JSON.stringify(body) + log);
    assert.match(
      log,
      new RegExp(`^START RequestId: ${id} Version: \\$LATEST\\nseen 7\\nEND RequestId: ${id}\\nREPORT RequestId: ${id}\\t`),
    );
    assert.match(log, /\tInit Duration: /);

    const failed = await account.invoke(name, { n: 1, fail: true });
    assert.equal(failed.functionError, 'Unhandled');
    const error = failed.body as { readonly errorType: string; readonly errorMessage: string };
    assert.equal(error.errorMessage, 'no luck');
    assert.match(error.errorType, errorType);

    const warm = await account.invoke(name, { n: 2 });
    assert.deepEqual((warm.body as { readonly n: number }).n, 12);
    assert.doesNotMatch(warm.log, /Init Duration/);
  }

  test('Go: aws-lambda-go', async (context) => {
    await conforms(context, 'go', await goBootstrap(), /^errorString$/);
  });

  test('Rust: lambda_runtime', async (context) => {
    await conforms(context, 'rust', await rustBootstrap(), /Error/);
  });
});
