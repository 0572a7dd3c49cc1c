import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { suite, test } from 'node:test';
import type { InvocationAnswer } from '#functions/invocation.ts';
import { environmentHarness, testInvocation, testVersion, turn } from '../../test/support/environments.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { Admission } from './admission.ts';
import { Invoker } from './invoker.ts';
import type { EnvironmentLease, Placement, ProvisionedLease, ProvisionedPlacement } from './placement.ts';

const ANSWER: InvocationAnswer = { outcome: 'success', body: Buffer.from('1') };
const VERSION = testVersion();
const NONE_PROVISIONED: ProvisionedPlacement = { take: () => undefined };

/** An invoker with room for one invocation at a time, so that a lease that was not given back throttles the next. */
function harness(invoke: EnvironmentLease['invoke']): {
  readonly invoker: Invoker;
  readonly isFree: () => boolean;
  readonly admission: Admission;
} {
  const admission = new Admission({ accountLimit: 1, clock: new ManualClock() });
  const invokeStreaming: EnvironmentLease['invokeStreaming'] = async (invocation, onSettled) => {
    const { body } = await invoke(invocation, onSettled);
    const stream = { discard: () => {}, [Symbol.asyncIterator]: () => Readable.from([body])[Symbol.asyncIterator]() };
    return { contentType: undefined, body: stream, completion: Promise.resolve({}) };
  };
  const placement: Placement = { acquire: () => Promise.resolve({ invoke, invokeStreaming }) };
  const isFree = (): boolean => {
    try {
      admission.admit(VERSION).release();
      return true;
    } catch {
      return false;
    }
  };
  return { invoker: new Invoker({ admission, placement, provisioned: NONE_PROVISIONED }), admission, isFree };
}

suite('Invoker', () => {
  test('answers when the runtime delivers; the invocation counts until the environment is free', async () => {
    let settle = (): void => assert.fail('nothing was invoked');
    const { invoker, isFree } = harness((invocation, onSettled) => {
      assert.equal(invocation.requestId, 'r1');
      settle = onSettled;
      return Promise.resolve(ANSWER);
    });
    assert.equal(await invoker.invoke(VERSION, testInvocation()), ANSWER);
    assert.equal(isFree(), false);
    settle();
    assert.equal(isFree(), true);
  });

  test('streams under the same lease: it counts until the environment is free, not until the response begins', async () => {
    let settle = (): void => assert.fail('nothing was invoked');
    const { invoker, isFree } = harness((_invocation, onSettled) => {
      settle = onSettled;
      return Promise.resolve(ANSWER);
    });
    const { body } = await invoker.invokeStreaming(VERSION, testInvocation());
    assert.deepEqual(await Array.fromAsync(body), [ANSWER.body]);
    assert.equal(isFree(), false);
    await assert.rejects(invoker.invokeStreaming(VERSION, testInvocation()), { code: 'TooManyRequestsException' });
    settle();
    assert.equal(isFree(), true);
  });

  test('gives back once, however often it is told', async () => {
    const settles: (() => void)[] = [];
    const { invoker, isFree, admission } = harness((_invocation, onSettled) => {
      settles.push(onSettled);
      return Promise.resolve(ANSWER);
    });
    await invoker.invoke(VERSION, testInvocation());
    settles[0]?.();
    using _another = admission.admit(VERSION);
    settles[0]?.();
    assert.equal(isFree(), false);
  });

  test('gives back when no environment can be had, with the error', async () => {
    const admission = new Admission({ accountLimit: 1, clock: new ManualClock() });
    const invoker = new Invoker({
      admission,
      placement: { acquire: () => Promise.reject(new Error('none')) },
      provisioned: NONE_PROVISIONED,
    });
    for (let count = 0; count < 2; count++) await assert.rejects(invoker.invoke(VERSION, testInvocation()), /none/);
    for (let count = 0; count < 2; count++) await assert.rejects(invoker.invokeStreaming(VERSION, testInvocation()), /none/);
  });

  test('is throttled before an environment is looked for', async () => {
    const admission = new Admission({ accountLimit: 1, clock: new ManualClock() });
    using _held = admission.admit(VERSION);
    const invoker = new Invoker({ admission, placement: { acquire: () => assert.fail('acquired') }, provisioned: NONE_PROVISIONED });
    await assert.rejects(invoker.invoke(VERSION, testInvocation()), { code: 'TooManyRequestsException', status: 429 });
  });

  test('runs on a provisioned environment without a lease, and spills over when there is none', async () => {
    const clock = new ManualClock();
    const admission = new Admission({ accountLimit: 1, clock });
    using _held = admission.admit(VERSION);
    let given = 0;
    const lease: ProvisionedLease = {
      invoke: (_invocation, onSettled) => {
        onSettled();
        return Promise.resolve(ANSWER);
      },
      invokeStreaming: () => assert.fail('streamed'),
      giveBack: () => (given += 1),
    };
    let available = true;
    const provisioned: ProvisionedPlacement = { take: () => (available ? lease : undefined) };
    const invoker = new Invoker({ admission, placement: { acquire: () => assert.fail('acquired') }, provisioned });
    // One request of the ten per second has gone to the lease above.
    for (let count = 1; count < 10; count++) assert.equal(await invoker.invoke(VERSION, testInvocation()), ANSWER);
    await assert.rejects(invoker.invoke(VERSION, testInvocation()), { code: 'TooManyRequestsException' });
    assert.equal(given, 1);
    clock.advance(1000);
    available = false;
    await assert.rejects(invoker.invoke(VERSION, testInvocation()), { code: 'TooManyRequestsException' });
    assert.equal(given, 1);
  });

  test('counts a timeout and a crash until they are over, like any other end', async () => {
    for (const end of ['timeout', 'crash'] as const) {
      const { clock, driver, launch } = environmentHarness();
      driver.script = { start: (sandbox) => sandbox.ready(0), invoke: (sandbox) => void (end === 'crash' && sandbox.end({ code: 1 })) };
      const environment = await launch({ timeoutSeconds: 1 });
      const { invoker, isFree } = harness((invocation, onSettled) => environment.invoke(invocation, onSettled));
      const answer = invoker.invoke(VERSION, testInvocation());
      assert.equal(isFree(), false);
      await turn();
      if (end === 'timeout') {
        clock.advance(999);
        assert.equal(isFree(), false);
        clock.advance(1);
      }
      assert.equal((await answer).outcome, 'function-error');
      assert.equal(isFree(), true);
    }
  });
});
