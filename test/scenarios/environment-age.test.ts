import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { UpdateFunctionConfigurationCommand, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { Account, eventually } from '../support/account.ts';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { footprint } from '../support/leftovers.ts';

/** When environments go: after a time without work, and after a change of what they run. */

const SOURCE = `
export const handler = async ({ ms = 0 }, context) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { stream: context.logStreamName, word: process.env.WORD };
};`;

interface Run {
  readonly stream: string;
  readonly word: string | undefined;
}

describe('the end of environments', { skip: withoutIsolation(), concurrency: false }, () => {
  let daemon: RealDaemon;
  let account: Account;

  before(async () => {
    daemon = await RealDaemon.start({ environment: { HEARTH_IDLE_TIMEOUT_S: '1', HEARTH_PARKED_MEMORY_MB: '0' } });
    account = new Account(daemon.endpoint);
    await account.deploy('aging', { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': SOURCE } });
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  test('one without work for HEARTH_IDLE_TIMEOUT_S goes, with its processes and control groups', async () => {
    const { stream } = await account.result<Run>('aging');
    assert.ok(footprint(daemon.pid).controlGroups.length > 0);
    await eventually('the environment is gone', () => {
      const { controlGroups, processes } = footprint(daemon.pid);
      return controlGroups.length + processes.length === 0 ? true : undefined;
    });
    assert.notEqual((await account.result<Run>('aging')).stream, stream);
  });

  test('a change of configuration replaces environments at once, and lets a busy one finish as it was', async () => {
    const busy = account.result<Run>('aging', { ms: 2000 });
    const idle = await account.result<Run>('aging');
    const changed = { FunctionName: 'aging', Environment: { Variables: { WORD: 'new' } } };
    await account.lambda.send(new UpdateFunctionConfigurationCommand(changed));
    await waitUntilFunctionUpdatedV2({ client: account.lambda, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.2 }, changed);
    const next = await account.result<Run>('aging');
    assert.equal(next.word, 'new');
    const old = await busy;
    assert.equal(old.word, undefined);
    assert.equal(new Set([old.stream, idle.stream, next.stream]).size, 3);
  });
});
