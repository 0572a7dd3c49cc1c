import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { createWithVersions, functionRecord, invokedVersion } from '../../test/support/function-record.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { FunctionVersion } from './function-record.ts';
import { FunctionRepository } from './function-repository.ts';
import { formatLastModified } from './function-state.ts';
import { IdleFunctions } from './idle-functions.ts';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;

interface Bench {
  readonly clock: ManualClock;
  readonly functions: FunctionRepository;
  readonly idle: IdleFunctions;
  readonly retired: string[];
  readonly version: (number?: string) => FunctionVersion;
  /** Lets that time pass hour by hour, and what it started run. */
  readonly pass: (ms: number) => Promise<void>;
}

/** `f` with version 1, both made now. */
async function bench(changes: Partial<FunctionVersion> = {}): Promise<Bench> {
  const clock = new ManualClock();
  const functions = await FunctionRepository.open(new MemoryDocumentStore());
  const lastModified = formatLastModified(clock.wallMs());
  await createWithVersions(functions, functionRecord('f', { lastModified, ...changes }), 1);
  const retired: string[] = [];
  functions.onRetired(({ version }) => retired.push(version));
  const idle = new IdleFunctions({ functions, clock, ids: systemIds, log: silentLogger });
  return {
    clock,
    functions,
    idle,
    retired,
    version: (number) => invokedVersion(functions, 'f', number) ?? assert.fail('no version'),
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += HOUR_MS) {
        clock.advance(HOUR_MS);
        for (let turns = 0; turns < 10; turns++) await setImmediate();
      }
    },
  };
}

suite('IdleFunctions', () => {
  test('what is neither used nor changed for fourteen days becomes Inactive, under another revision, and retires', async () => {
    const { version, pass, retired, idle } = await bench();
    const revision = version().revisionId;
    await pass(14 * DAY_MS - HOUR_MS);
    assert.deepEqual([version().state.name, version('1').state.name], ['Active', 'Active']);
    await pass(2 * HOUR_MS);
    for (const number of ['$LATEST', '1']) {
      const { state } = version(number);
      assert.ok(state.name === 'Inactive' && state.reasonCode === 'Idle', number);
    }
    assert.notEqual(version().revisionId, revision);
    assert.deepEqual(retired.toSorted(), ['$LATEST', '1']);
    await idle.close();
  });

  test('a version that gets an environment stays Active, and only that one', async () => {
    const { idle, version, pass } = await bench();
    await pass(10 * DAY_MS);
    const revision = version('1').revisionId;
    idle.used(version('1'));
    await pass(5 * DAY_MS);
    assert.deepEqual([version().state.name, version('1').state.name], ['Inactive', 'Active']);
    assert.equal(version('1').revisionId, revision, 'being used changes nothing that a user sees');
    await pass(10 * DAY_MS);
    assert.equal(version('1').state.name, 'Inactive');
    await idle.close();
  });

  test('use is written once a day at most', async () => {
    const { idle, version, functions, pass } = await bench();
    let writes = 0;
    functions.onChanged(() => (writes += 1));
    for (let hour = 0; hour < 49; hour++) {
      idle.used(version());
      idle.used(version());
      await pass(HOUR_MS);
    }
    assert.equal(writes, 3);
    await idle.close();
  });

  const others: readonly (readonly [string, Partial<FunctionVersion>])[] = [
    ['a failed update', { lastUpdate: { name: 'Failed', reason: 'r', reasonCode: 'InvalidRuntime' } }],
    ['a failed function', { state: { name: 'Failed', reason: 'r', reasonCode: 'InvalidRuntime' } }],
  ];
  for (const [what, changes] of others) {
    test(`${what} stays as it is`, async () => {
      const { version, pass, idle } = await bench(changes);
      await pass(30 * DAY_MS);
      assert.deepEqual([version().state, version().lastUpdate], [version('1').state, version('1').lastUpdate]);
      assert.notEqual(version().state.name, 'Inactive');
      await idle.close();
    });
  }

  test('close waits for what is being written, and nothing is swept afterwards', async () => {
    const { idle, version, pass } = await bench();
    idle.used(version());
    await idle.close();
    assert.ok(version().usedMs !== undefined);
    await pass(30 * DAY_MS);
    assert.equal(version().state.name, 'Active');
  });
});
