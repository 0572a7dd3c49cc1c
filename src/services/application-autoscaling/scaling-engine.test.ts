import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { silentLogger } from '#base/logger.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { TEST_ACCOUNT, TEST_REGION } from '../../../test/support/function-record.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import type { ScalableTarget, TrackingPolicy } from './scalable-target.ts';
import { ScalableTargets } from './scalable-targets.ts';
import { ScalingEngine } from './scaling-engine.ts';
import type { CapacityReading } from './scaling-engine.ts';

const MINUTE_MS = 60_000;

const POLICY: TrackingPolicy = { name: 'p', id: 'p-id', createdMs: 0, targetValue: 0.5, highAlarmId: 'high', lowAlarmId: 'low' };

const TARGET: ScalableTarget = {
  accountId: TEST_ACCOUNT,
  region: TEST_REGION,
  resourceId: 'function:f:live',
  id: '0',
  minCapacity: 1,
  maxCapacity: 20,
  suspended: { scaleIn: false, scaleOut: false, scheduled: false },
  createdMs: 0,
  tags: {},
  policies: { p: POLICY },
};

interface Harness {
  readonly engine: ScalingEngine;
  readonly targets: ScalableTargets;
  /** What is scaled; `busy` environments are so all the time. Undefined: it is gone. */
  scaled: { requested: number; busy: number; inProgress?: boolean; refuses?: boolean } | undefined;
  readonly logged: string[];
  /** Lets so many minutes pass; returns the capacity at the end of each. */
  readonly minutes: (count: number) => Promise<number[]>;
  readonly change: (changes: Partial<ScalableTarget>) => Promise<void>;
}

async function harness(requested: number, target: Partial<ScalableTarget> = {}): Promise<Harness> {
  const clock = new ManualClock();
  const targets = await ScalableTargets.open(new MemoryDocumentStore());
  await targets.change(TARGET, () => ({ ...TARGET, ...target }));
  const logged: string[] = [];
  let busyMs = 0;
  const read = (): CapacityReading | undefined => {
    const { scaled } = parts;
    return scaled && { requested: scaled.requested, available: scaled.requested, busyMs, inProgress: scaled.inProgress === true };
  };
  const set = (_scaled: object, capacity: number): Promise<void> => {
    if (parts.scaled?.refuses === true) return Promise.reject(new Error('refused'));
    if (parts.scaled !== undefined) parts.scaled.requested = capacity;
    return Promise.resolve();
  };
  const engine = new ScalingEngine({
    targets,
    capacity: { read, set },
    clock,
    logger: { ...silentLogger, warn: (message) => void logged.push(message) },
  });
  engine.start();
  const parts: Harness = {
    engine,
    targets,
    scaled: { requested, busy: 0 },
    logged,
    async minutes(count) {
      const capacities: number[] = [];
      for (let minute = 0; minute < count; minute++) {
        busyMs += MINUTE_MS * Math.min(parts.scaled?.busy ?? 0, parts.scaled?.requested ?? 0);
        clock.advance(MINUTE_MS);
        await idle();
        capacities.push(parts.scaled?.requested ?? -1);
      }
      return capacities;
    },
    async change(changes) {
      await targets.change(TARGET, (current) => ({ ...(current ?? assert.fail()), ...changes }));
    },
  };
  return parts;
}

async function idle(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
}

suite('ScalingEngine', () => {
  test('scales out after three minutes over the target, until the load is at it', async () => {
    const { minutes, scaled } = await harness(4);
    assert.ok(scaled);
    scaled.busy = 4;
    // The first minute begins the measuring.
    assert.deepEqual(await minutes(4), [4, 4, 4, 8]);
    assert.deepEqual(await minutes(5), [8, 8, 8, 8, 8]);
    scaled.busy = 6;
    assert.deepEqual(await minutes(3), [8, 8, 12]);
  });

  test('scales in after fifteen minutes without much to do, by the highest of them', async () => {
    const { minutes, scaled } = await harness(10);
    assert.ok(scaled);
    scaled.busy = 1;
    assert.deepEqual(await minutes(15), Array(15).fill(10));
    assert.deepEqual(await minutes(1), [2]);
    assert.deepEqual(await minutes(20), Array(20).fill(2));
    scaled.busy = 0;
    assert.deepEqual((await minutes(16)).at(-1), 1);
  });

  test('stays within the bounds, and brings what is outside within them', async () => {
    const { change, minutes, scaled } = await harness(0, { minCapacity: 3, maxCapacity: 5 });
    assert.ok(scaled);
    assert.deepEqual(await minutes(1), [3]);
    scaled.busy = 5;
    assert.equal((await minutes(10)).at(-1), 5);
    scaled.requested = 9;
    assert.deepEqual(await minutes(1), [5]);
    await change({ maxCapacity: 4 });
    assert.deepEqual(await minutes(1), [4]);
  });

  test('enforce does not wait for the minute, and looks at the bounds alone', async () => {
    const { engine, minutes, scaled, targets, change } = await harness(4);
    assert.ok(scaled);
    scaled.busy = 4;
    await minutes(3);
    await change({ suspended: { scaleIn: false, scaleOut: true, scheduled: false } });
    await minutes(2);
    await change({ suspended: { scaleIn: false, scaleOut: false, scheduled: false } });
    engine.enforce(TARGET);
    await idle();
    assert.equal(scaled.requested, 4);
    await change({ minCapacity: 6 });
    engine.enforce(TARGET);
    await idle();
    assert.equal(scaled.requested, 6);
    await targets.change(TARGET, () => undefined);
    engine.enforce(TARGET);
    await engine.close();
  });

  test('does nothing without a policy, while an allocation is in progress, and when the function is gone', async () => {
    const parts = await harness(4, { policies: {}, minCapacity: 5 });
    assert.ok(parts.scaled);
    parts.scaled.busy = 4;
    assert.deepEqual((await parts.minutes(5)).at(-1), 4);
    await parts.change({ policies: { p: POLICY } });
    parts.scaled.inProgress = true;
    assert.deepEqual((await parts.minutes(2)).at(-1), 4);
    parts.scaled = undefined;
    await parts.minutes(2);
    parts.scaled = { requested: 8, busy: 0 };
    assert.deepEqual(await parts.minutes(1), [8]);
  });

  test('cooldowns hold off the next change in their direction', async () => {
    const policy = { ...POLICY, scaleOutCooldownSeconds: 300, scaleInCooldownSeconds: 120 };
    const { minutes, scaled } = await harness(2, { policies: { p: policy } });
    assert.ok(scaled);
    scaled.busy = 100;
    assert.deepEqual(await minutes(4), [2, 2, 2, 4]);
    assert.deepEqual(await minutes(5), [4, 4, 4, 4, 8]);
  });

  test('suspended directions are left alone', async () => {
    const { change, minutes, scaled } = await harness(10, { suspended: { scaleIn: true, scaleOut: false, scheduled: false } });
    assert.ok(scaled);
    assert.equal((await minutes(20)).at(-1), 10);
    await change({ suspended: { scaleIn: false, scaleOut: true, scheduled: false } });
    assert.equal((await minutes(1)).at(-1), 1);
    scaled.busy = 1;
    assert.equal((await minutes(5)).at(-1), 1);
  });

  test('a policy that never scales in has no say in it', async () => {
    const silent = { ...POLICY, name: 'q', disableScaleIn: true };
    const { minutes } = await harness(10, { policies: { p: POLICY, q: silent } });
    assert.equal((await minutes(16)).at(-1), 1);
    const other = await harness(10, { policies: { q: silent } });
    assert.equal((await other.minutes(16)).at(-1), 10);
  });

  test('what cannot be had is logged, and tried again', async () => {
    const { logged, minutes, scaled } = await harness(0, { minCapacity: 2 });
    assert.ok(scaled);
    scaled.refuses = true;
    assert.deepEqual(await minutes(2), [0, 0]);
    assert.deepEqual(logged, Array(2).fill('provisioned concurrency could not be scaled'));
    scaled.refuses = false;
    assert.deepEqual(await minutes(1), [2]);
  });

  test('a target that is registered anew is measured anew', async () => {
    const { change, minutes, scaled } = await harness(4);
    assert.ok(scaled);
    scaled.busy = 4;
    await minutes(3);
    await change({ id: '1' });
    assert.deepEqual(await minutes(4), [4, 4, 4, 8]);
  });
});
