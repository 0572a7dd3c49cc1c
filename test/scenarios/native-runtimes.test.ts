import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { goBootstrap, nodeClient, rustBootstrap } from '../runtimes/support/native-clients.ts';
import { absent } from '../support/absent.ts';
import { Account } from '../support/account.ts';
import { RealDaemon } from '../support/daemon.ts';
import { filesBelow } from '../support/registry-packages.ts';

/** AWS's own runtime clients that are compiled, or have compiled parts, unmodified, in the sandbox. */

const EXECUTABLE = 0o100755;

const NODE_FUNCTION = `
exports.handler = async ({ n, fail }, context) => {
  process.stdout.write('seen ' + n + '\\n');
  if (fail) throw new Error('no luck');
  return { id: context.awsRequestId, n: 6 * n };
};
`;

describe('compiled runtimes', { concurrency: false }, () => {
  let daemon: RealDaemon;
  let account: Account;
  let clients: Readonly<Record<'node' | 'go' | 'rust', string | undefined>>;

  before(async () => {
    // Together: each spends a part of its time on one core, or waiting for its registry.
    const [node, go, rust] = await Promise.all([nodeClient(), goBootstrap(), rustBootstrap()]);
    clients = { node, go, rust };
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  /** What the program of `test/runtimes/clients` does, by its error type's name in its language. */
  async function conforms(context: TestContext, name: string, bootstrap: string | undefined, errorType: RegExp): Promise<void> {
    if (bootstrap === undefined) return absent(context, `the client for ${name}, which could not be built`);
    const files = [{ name: 'bootstrap', mode: EXECUTABLE, content: readFileSync(bootstrap) }];
    await account.deploy(name, { runtime: 'provided.al2023', handler: 'bootstrap', files });
    await answers(name, errorType);
  }

  async function answers(name: string, errorType: RegExp): Promise<void> {
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

  test('Node.js: aws-lambda-ric with its native part, in the place of ours', async (context) => {
    const modules = clients.node;
    if (modules === undefined) return absent(context, 'the client for Node.js, which could not be built');
    const client = join(modules, 'aws-lambda-ric');
    const fromClient = (file: string) => ({ name: `client/${file}`, content: readFileSync(join(client, file)) });
    const store = join(modules, '@aws/lambda-invoke-store');
    await account.deploy('node', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: [
        { name: 'index.js', content: NODE_FUNCTION },
        { name: 'official', mode: EXECUTABLE, content: '#!/bin/sh\nexec /var/lang/bin/node /var/task/client/index.mjs "$_HANDLER"\n' },
        ...['index.mjs', 'package.json', 'rapid-client.node'].map((file) => fromClient(file)),
        ...filesBelow(store, 'client/node_modules/@aws/lambda-invoke-store/'),
      ],
      more: { Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/official' } } },
    });
    await answers('node', /^Error$/);
  });

  test('Go: aws-lambda-go', async (context) => {
    await conforms(context, 'go', clients.go, /^errorString$/);
  });

  test('Rust: lambda_runtime', async (context) => {
    await conforms(context, 'rust', clients.rust, /Error/);
  });
});
