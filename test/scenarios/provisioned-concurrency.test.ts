import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateAliasCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  PublishVersionCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda';
import type { GetProvisionedConcurrencyConfigCommandOutput } from '@aws-sdk/client-lambda';
import { Account, eventually } from '../support/account.ts';
import { RealDaemon } from '../support/daemon.ts';

/** Environments that are there before anybody invokes them, in a real daemon. */

const HANDLER = `
const initialisedMs = Date.now();
if (process.env.BROKEN === 'yes') throw new Error('broken');
export const handler = async ({ ms = 0, crash = false }, context) => {
  if (crash) process.exit(1);
  const startMs = Date.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return {
    initialisedMs,
    startMs,
    stream: context.logStreamName,
    version: context.functionVersion,
    type: process.env.AWS_LAMBDA_INITIALIZATION_TYPE,
  };
};`;

interface Run {
  readonly initialisedMs: number;
  readonly startMs: number;
  readonly stream: string;
  readonly version: string;
  readonly type: string;
}

describe('provisioned concurrency', { concurrency: false }, () => {
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

  /** Publishes what `$LATEST` is, with that environment. */
  async function publish(name: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    await account.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Environment: { Variables: variables } }));
    const waiting = { client: account.lambda, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.3 };
    await waitUntilFunctionUpdatedV2(waiting, { FunctionName: name });
    const { Version = '' } = await account.lambda.send(new PublishVersionCommand({ FunctionName: name }));
    await waitUntilPublishedVersionActive(waiting, { FunctionName: name, Qualifier: Version });
    return Version;
  }

  async function deploy(name: string): Promise<string> {
    await account.deploy(name, { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': HANDLER } });
    return publish(name);
  }

  async function put(name: string, qualifier: string, count: number): Promise<void> {
    const input = { FunctionName: name, Qualifier: qualifier, ProvisionedConcurrentExecutions: count };
    await account.lambda.send(new PutProvisionedConcurrencyConfigCommand(input));
  }

  /** The configuration once it is no longer in progress. */
  function settled(name: string, qualifier: string): Promise<GetProvisionedConcurrencyConfigCommandOutput> {
    return eventually(`${name}:${qualifier} is provisioned`, async () => {
      const found = await account.lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName: name, Qualifier: qualifier }));
      return found.Status === 'IN_PROGRESS' ? undefined : found;
    });
  }

  async function ready(name: string, qualifier: string, count: number): Promise<void> {
    const { Status, StatusReason, ...counts } = await settled(name, qualifier);
    assert.deepEqual([Status, StatusReason], ['READY', undefined]);
    const { AllocatedProvisionedConcurrentExecutions: allocated, AvailableProvisionedConcurrentExecutions: available } = counts;
    assert.deepEqual([allocated, available], [count, count]);
  }

  async function invoke(name: string, qualifier: string, event: object = {}): Promise<Run> {
    const answer = await account.lambda.send(
      new InvokeCommand({ FunctionName: name, Qualifier: qualifier, Payload: JSON.stringify(event) }),
    );
    return JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8')) as Run;
  }

  test('environments initialise before the first invocation, and what they cannot take spills over', async () => {
    const version = await deploy('spill');
    await put('spill', version, 2);
    await ready('spill', version, 2);
    const invokedMs = Date.now();
    const runs = await Promise.all(Array.from({ length: 3 }, async () => invoke('spill', version, { ms: 1000 })));
    const provisioned = runs.filter(({ type }) => type === 'provisioned-concurrency');
    assert.equal(provisioned.length, 2);
    assert.equal(new Set(provisioned.map(({ stream }) => stream)).size, 2);
    assert.ok(provisioned.every(({ initialisedMs }) => initialisedMs < invokedMs));
    assert.deepEqual(
      runs.filter((run) => !provisioned.includes(run)).map(({ type }) => type),
      ['on-demand'],
    );
    // One after the other they go to what is provisioned, although an environment on demand is idle.
    for (let count = 0; count < 3; count++) assert.equal((await invoke('spill', version)).type, 'provisioned-concurrency');
    const reports = (await account.messages('spill', 6)).filter((message) => message.startsWith('REPORT '));
    assert.equal(reports.filter((report) => report.includes('Init Duration')).length, 1);
  });

  test('an alias that moves takes its environments to the new version', async () => {
    const first = await deploy('move');
    await account.lambda.send(new CreateAliasCommand({ FunctionName: 'move', Name: 'live', FunctionVersion: first }));
    await put('move', 'live', 1);
    await ready('move', 'live', 1);
    assert.deepEqual([(await invoke('move', 'live')).version, (await invoke('move', 'live')).type], [first, 'provisioned-concurrency']);
    const second = await publish('move', { CHANGED: 'yes' });
    assert.notEqual(second, first);
    await account.lambda.send(new UpdateAliasCommand({ FunctionName: 'move', Name: 'live', FunctionVersion: second }));
    await ready('move', 'live', 1);
    const { version, type } = await invoke('move', 'live');
    assert.deepEqual([version, type], [second, 'provisioned-concurrency']);
    assert.equal((await invoke('move', first)).type, 'on-demand');
  });

  test('an init phase that fails is told; one that crashes is replaced', async () => {
    const good = await deploy('failing');
    const bad = await publish('failing', { BROKEN: 'yes' });
    await put('failing', bad, 1);
    const { Status, StatusReason, AvailableProvisionedConcurrentExecutions: available } = await settled('failing', bad);
    assert.deepEqual([Status, StatusReason, available], ['FAILED', 'FUNCTION_ERROR_INIT_FAILURE', 0]);
    await put('failing', good, 1);
    await ready('failing', good, 1);
    const { stream } = await invoke('failing', good);
    await invoke('failing', good, { crash: true });
    const next = await eventually('another provisioned environment', async () => {
      const run = await invoke('failing', good);
      return run.type === 'provisioned-concurrency' ? run : undefined;
    });
    assert.notEqual(next.stream, stream);
  });

  test('kill -9: what was requested is there again after the next start', async () => {
    const version = await deploy('restart');
    await put('restart', version, 2);
    const { dataDir, port } = daemon;
    await daemon.stop('SIGKILL');
    daemon = await RealDaemon.start({ dataDir, port });
    await ready('restart', version, 2);
    assert.equal((await invoke('restart', version)).type, 'provisioned-concurrency');
  });
});
