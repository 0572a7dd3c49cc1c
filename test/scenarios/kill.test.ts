import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { Account, eventually } from '../support/account.ts';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { assertNothingLeft, footprint } from '../support/leftovers.ts';
import type { Footprint } from '../support/leftovers.ts';
import { zipArchive } from '../support/zip-archive.ts';

/** kill -9 of the daemon, of its sandbox host and of both, with environments alive and with work of the control plane half done. */

const NODE = { runtime: 'nodejs24.x', handler: 'index.handler' } as const;
const SLEEPER = 'export const handler = ({ ms = 0 }) => new Promise((resolve) => setTimeout(resolve, ms, "woke"));';

/** A package that takes a while to unpack. */
function largePackage(index: string): Buffer {
  const many = Array.from({ length: 4000 }, (_, number) => ({ name: `many/${number}`, content: '', method: 0 as const }));
  return zipArchive([...many, { name: 'index.mjs', content: index }]);
}

describe('kill -9', { skip: withoutIsolation(), concurrency: false }, () => {
  let daemon: RealDaemon;
  let account: Account;

  beforeEach(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    await account.role();
  });

  afterEach(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  async function restart(): Promise<void> {
    daemon = await RealDaemon.start({ dataDir: daemon.dataDir, port: daemon.port });
  }

  /** One environment frozen, one at work. Resolves to what they are on this host, and to the invocation's end. */
  async function busy(): Promise<{ readonly seen: Footprint; readonly running: Promise<unknown> }> {
    await account.deploy('idle', { ...NODE, files: { 'index.mjs': SLEEPER } });
    await account.deploy('sleeper', { ...NODE, files: { 'index.mjs': SLEEPER }, timeout: 60 });
    await account.result('idle');
    const running = account.lambda.send(new InvokeCommand({ FunctionName: 'sleeper', Payload: JSON.stringify({ ms: 50_000 }) }));
    running.catch(() => undefined);
    const seen = await eventually('two sandboxes with processes', () => {
      const now = footprint(daemon.pid);
      return now.processes.length >= 4 ? now : undefined;
    });
    return { seen, running };
  }

  function sandboxHost({ runId }: Footprint): number {
    return (JSON.parse(readFileSync(`/run/hearth/runs/${runId}.json`, 'utf8')) as { readonly pid: number }).pid;
  }

  test('of the sandbox host: the daemon ends, too, and the next start leaves nothing and works', async () => {
    const { seen, running } = await busy();
    process.kill(sandboxHost(seen), 'SIGKILL');
    await assert.rejects(running.then((answer) => Promise.reject(new Error(JSON.stringify(answer)))));
    await eventually('the daemon ends', () => (daemon.exitCode === null ? undefined : true));
    assert.notEqual(daemon.exitCode, 0);
    await restart();
    await assertNothingLeft(seen, daemon.dataDir);
    assert.equal(await account.result('idle'), 'woke');
  });

  test('of both at once: the next start leaves nothing and works', async () => {
    const { seen, running } = await busy();
    const host = sandboxHost(seen);
    // Stopped first, so that it cannot take anything back when it sees the daemon go.
    process.kill(host, 'SIGSTOP');
    await daemon.stop('SIGKILL');
    process.kill(host, 'SIGKILL');
    await assert.rejects(running);
    await restart();
    await assertNothingLeft(seen, daemon.dataDir);
    assert.equal(await account.result('idle'), 'woke');
  });

  test('of the daemon amid changes: updates, provisioned concurrency and the unpacking of a layer are carried through', async () => {
    await Promise.all(
      ['configured', 'recoded', 'provisioned', 'layered'].map((name) =>
        account.deploy(name, { ...NODE, files: { 'index.mjs': 'export const handler = async () => process.env.WORD ?? "old";' } }),
      ),
    );
    const { Version: Qualifier } = await account.lambda.send(new PublishVersionCommand({ FunctionName: 'provisioned' }));
    const provisioned = { FunctionName: 'provisioned', Qualifier };
    const layer = await account.lambda.send(
      new PublishLayerVersionCommand({ LayerName: 'many', Content: { ZipFile: largePackage('export default 1;') } }),
    );
    const changed = await Promise.all([
      account.lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName: 'configured', Environment: { Variables: { WORD: 'new' } } }),
      ),
      account.lambda.send(
        new UpdateFunctionCodeCommand({ FunctionName: 'recoded', ZipFile: largePackage('export const handler = async () => "new";') }),
      ),
      account.lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: 'layered',
          Layers: [layer.LayerVersionArn ?? ''],
          Environment: { Variables: { WORD: 'new' } },
        }),
      ),
    ]);
    const { Status } = await account.lambda.send(
      new PutProvisionedConcurrencyConfigCommand({ ...provisioned, ProvisionedConcurrentExecutions: 2 }),
    );
    assert.deepEqual(
      [...changed.map(({ LastUpdateStatus }) => LastUpdateStatus), Status],
      [...changed.map(() => 'InProgress'), 'IN_PROGRESS'],
    );
    const seen = footprint(daemon.pid);
    await daemon.stop('SIGKILL');

    await restart();
    await assertNothingLeft(seen, daemon.dataDir);
    for (const name of ['configured', 'recoded', 'layered']) {
      await eventually(`${name} is updated`, async () =>
        (await account.configuration(name)).LastUpdateStatus === 'Successful' ? true : undefined,
      );
      assert.equal(await account.result(name), 'new', name);
    }
    const ready = await eventually('the provisioned concurrency is there', async () => {
      const config = await account.lambda.send(new GetProvisionedConcurrencyConfigCommand(provisioned));
      return config.Status === 'READY' ? config : undefined;
    });
    assert.equal(ready.AvailableProvisionedConcurrentExecutions, 2);
  });
});
