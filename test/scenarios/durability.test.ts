import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { GetFunctionCommand, InvokeCommand, paginateListFunctions } from '@aws-sdk/client-lambda';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { Account, eventually } from '../support/account.ts';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { assertNothingLeft, footprint } from '../support/leftovers.ts';
import type { ZipArchiveEntry } from '../support/zip-archive.ts';

/** kill -9 at the worst moments. What was acknowledged stays, what was not is whole or absent, and nothing is left on the host. */

const NODE = { runtime: 'nodejs24.x', handler: 'index.handler' } as const;

/** A handler that tells its number; with a different package for each function. */
const numbered = (index: number): string => `export const handler = async () => ${index};`;

describe('durability', { concurrency: false }, () => {
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

  async function listed(): Promise<ReadonlyMap<string, FunctionConfiguration>> {
    const found = new Map<string, FunctionConfiguration>();
    for await (const page of paginateListFunctions({ client: account.lambda, pageSize: 50 }, {})) {
      for (const configuration of page.Functions ?? []) found.set(configuration.FunctionName ?? '', configuration);
    }
    return found;
  }

  test('kill -9 among 200 concurrent creates: each acknowledged function is there and runs, none is half-made', async () => {
    const attempted: string[] = [];
    const acknowledged = new Map<string, FunctionConfiguration>();
    const { promise: enough, resolve } = Promise.withResolvers<void>();
    // One after another until the daemon is gone, so that there are 200 at every moment, also at the last.
    const createOn = async (): Promise<void> => {
      for (;;) {
        const index = attempted.length;
        const name = `f${index}`;
        attempted.push(name);
        acknowledged.set(name, await account.create(name, { ...NODE, files: { 'index.mjs': numbered(index) } }));
        if (acknowledged.size === 100) resolve();
      }
    };
    const clients = Promise.allSettled(Array.from({ length: 200 }, createOn));
    await Promise.race([enough, clients]);
    await daemon.stop('SIGKILL');
    await clients;
    assert.ok(acknowledged.size >= 100, `${acknowledged.size} were acknowledged before the kill`);
    assert.equal(attempted.length - acknowledged.size, 200);

    await restart();
    const found = await listed();
    const lost = [...acknowledged.keys()].filter((name) => !found.has(name));
    assert.deepEqual(lost, []);
    for (const name of found.keys()) await account.active(name);
    for (const [name, { CodeSha256, FunctionArn, Role }] of acknowledged) {
      const kept = found.get(name);
      assert.deepEqual([kept?.CodeSha256, kept?.FunctionArn, kept?.Role], [CodeSha256, FunctionArn, Role]);
    }

    // The first, the last and one in the middle of those acknowledged, and some that were stored but not acknowledged.
    const names = [...acknowledged.keys()];
    const unacknowledged = [...found.keys()].filter((name) => !acknowledged.has(name));
    const sample = [names[0], names[Math.floor(names.length / 2)], names.at(-1), ...unacknowledged.slice(0, 5)].filter(
      (name) => name !== undefined,
    );
    for (const name of sample) {
      assert.equal(await account.result(name), Number(name.slice(1)));
      const { Code } = await account.lambda.send(new GetFunctionCommand({ FunctionName: name }));
      assert.equal((await fetch(Code?.Location ?? '')).status, 200);
    }
    // Nothing of the others stands in the way of another try.
    const absent = attempted.find((name) => !found.has(name));
    if (absent !== undefined) await account.deploy(absent, { ...NODE, files: { 'index.mjs': numbered(1) } });
  });

  test(
    'kill -9 with environments alive leaves nothing after the next start, and SIGTERM nothing at all',
    { skip: withoutIsolation() },
    async () => {
      const sleeper = 'export const handler = ({ ms }) => new Promise((resolve) => setTimeout(resolve, ms, "woke"));';
      await account.deploy('sleeper', { ...NODE, files: { 'index.mjs': sleeper }, timeout: 60 });
      await account.deploy('idle', {
        runtime: 'python3.12',
        handler: 'index.handler',
        files: { 'index.py': 'def handler(event, context): return 1' },
      });
      await account.result('idle');
      await account.result('sleeper', { ms: 0 });
      const running = account.lambda.send(new InvokeCommand({ FunctionName: 'sleeper', Payload: JSON.stringify({ ms: 50_000 }) }));
      running.catch(() => undefined);
      const killed = await eventually('two sandboxes with processes', () => {
        const seen = footprint(daemon.pid);
        return seen.processes.length >= 4 ? seen : undefined;
      });
      assert.ok(killed.controlGroups.length >= 2);
      await daemon.stop('SIGKILL');
      await assert.rejects(running);

      await restart();
      await assertNothingLeft(killed, daemon.dataDir);
      assert.equal(await account.result('idle'), 1);
      assert.equal(await account.result('sleeper', { ms: 0 }), 'woke');
      const ended = footprint(daemon.pid);
      assert.notEqual(ended.runId, killed.runId);
      assert.ok(ended.processes.length >= 2);
      assert.equal(await daemon.stop(), 0);
      await assertNothingLeft(ended, daemon.dataDir);
    },
  );

  test('kill -9 in the unpacking: the function is Pending at the next start, and becomes Active', async () => {
    const files: ZipArchiveEntry[] = Array.from({ length: 8000 }, (_, index) => ({ name: `many/${index}`, content: '', method: 0 }));
    files.push({ name: 'index.mjs', content: numbered(7) });
    const created = await account.create('large', { ...NODE, files });
    assert.equal(created.State, 'Pending');
    await daemon.stop('SIGKILL');
    const digest = Buffer.from(created.CodeSha256 ?? '', 'base64').toString('hex');
    const unpacked = readdirSync(`${daemon.dataDir}/code`);
    assert.ok(!unpacked.includes(digest), 'the kill came before the end of the unpacking');

    await restart();
    await account.active('large');
    assert.equal(await account.result('large'), 7);
    assert.deepEqual(
      readdirSync(`${daemon.dataDir}/code`).filter((name) => name.includes(digest)),
      [digest],
    );
  });
});
