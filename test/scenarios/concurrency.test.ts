import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { Account } from '../support/account.ts';
import { RealDaemon } from '../support/daemon.ts';

/** Who is let in at the same time, as functions and their callers see it. */

/** Says when it ran, and in which environment. */
const RECORDER = `
export const handler = async ({ ms }, context) => {
  const start = Date.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { start, end: Date.now(), stream: context.logStreamName };
};`;

interface Run {
  readonly start: number;
  readonly end: number;
  readonly stream: string;
}

describe('concurrency', { concurrency: false }, () => {
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

  async function deploy(name: string): Promise<void> {
    await account.deploy(name, { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': RECORDER } });
  }

  async function reserve(name: string, reserved: number): Promise<void> {
    await account.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: reserved }));
  }

  /** What ran, and the reasons why the rest did not. */
  async function invokeTogether(name: string, count: number, ms: number): Promise<{ runs: readonly Run[]; reasons: readonly unknown[] }> {
    const runs: Run[] = [];
    const reasons: unknown[] = [];
    const one = async (): Promise<void> => {
      try {
        const { Payload = [] } = await account.lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify({ ms }) }));
        runs.push(JSON.parse(Buffer.from(Payload).toString('utf8')) as Run);
      } catch (error) {
        assert.ok(error instanceof TooManyRequestsException, String(error));
        assert.deepEqual([error.$metadata.httpStatusCode, error.Type, error.message], [429, 'User', 'Rate Exceeded.']);
        reasons.push(error.Reason);
      }
    };
    await Promise.all(Array.from({ length: count }, one));
    return { runs, reasons };
  }

  test('of 40 invocations at once exactly 10 run with reserved concurrency 10, the rest is throttled with the reason', async () => {
    await deploy('ten');
    await reserve('ten', 10);
    const { runs, reasons } = await invokeTogether('ten', 40, 3000);
    assert.equal(runs.length, 10);
    assert.deepEqual(
      reasons,
      Array.from({ length: 30 }, () => 'ReservedFunctionConcurrentInvocationLimitExceeded'),
    );
    assert.equal(overlap(runs), 10);
    assert.equal(new Set(runs.map(({ stream }) => stream)).size, 10);
    // All is given back: the same again, in the same environments.
    const again = await invokeTogether('ten', 40, 1000);
    assert.deepEqual([again.runs.length, overlap(again.runs)], [10, 10]);
    assert.deepEqual(new Set(again.runs.map(({ stream }) => stream)), new Set(runs.map(({ stream }) => stream)));
  });

  test('0 switches a function off; without reserved concurrency it runs again', async () => {
    await deploy('off');
    await reserve('off', 0);
    assert.deepEqual((await invokeTogether('off', 2, 0)).reasons, [
      'ReservedFunctionConcurrentInvocationLimitExceeded',
      'ReservedFunctionConcurrentInvocationLimitExceeded',
    ]);
    await account.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'off' }));
    assert.equal((await invokeTogether('off', 2, 0)).runs.length, 2);
  });

  test('reserved concurrency survives a restart', async () => {
    await deploy('kept');
    await reserve('kept', 0);
    const { AccountLimit } = await account.lambda.send(new GetAccountSettingsCommand({}));
    const { dataDir, port } = daemon;
    await daemon.stop('SIGKILL');
    daemon = await RealDaemon.start({ dataDir, port });
    assert.equal((await invokeTogether('kept', 1, 0)).reasons.length, 1);
    assert.deepEqual((await account.lambda.send(new GetAccountSettingsCommand({}))).AccountLimit, AccountLimit);
    assert.equal(AccountLimit?.UnreservedConcurrentExecutions, 990);
  });
});

/** How many ran at the same time, at most. */
function overlap(runs: readonly Run[]): number {
  return Math.max(...runs.map(({ start }) => runs.filter((other) => other.start <= start && start < other.end).length));
}
