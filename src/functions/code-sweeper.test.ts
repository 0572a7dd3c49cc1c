import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { silentLogger } from '#base/logger.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { functionRecord } from '../../test/support/function-record.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { CodeSweeper } from './code-sweeper.ts';
import { FunctionRepository } from './function-repository.ts';

const HOUR_MS = 3600_000;

/** Unpacked folders and packages are two sets of digests; the environments use what the third says. */
async function bench() {
  const clock = new ManualClock();
  const functions = await FunctionRepository.open(new MemoryDocumentStore());
  const folders = new Set<string>();
  const packages = new Set<string>();
  const running = new Set<string>();
  const layered = new Set<string>();
  const ages: number[] = [];
  const sweepSet = (set: Set<string>, isUsed: (digest: string) => boolean): number => {
    const unused = [...set].filter((digest) => !isUsed(digest));
    for (const digest of unused) set.delete(digest);
    return unused.length;
  };
  const code = { sweep: (isUsed: (digest: string) => boolean) => Promise.resolve(sweepSet(folders, isUsed)) };
  const blobs = {
    sweep: (isUsed: (digest: string) => boolean, minAgeMs: number) => {
      ages.push(minAgeMs);
      return Promise.resolve(sweepSet(packages, isUsed));
    },
  };
  const sweeper = new CodeSweeper({
    functions,
    layers: { usesCode: (digest) => layered.has(digest) },
    environments: { usesCode: (digest) => running.has(digest) },
    code,
    blobs,
    clock,
    log: silentLogger,
  });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await setImmediate();
  };
  return { clock, functions, folders, packages, running, layered, ages, code, sweeper, pass };
}

const withCode = (name: string, digest: string, configurationId = digest) =>
  functionRecord(name, { code: { digest, sizeBytes: 1 }, configurationId });

suite('CodeSweeper', () => {
  test('the unpacked code of an inactive function goes, its package stays', async () => {
    const { functions, folders, packages, sweeper } = await bench();
    await functions.create(withCode('f', 'active'));
    const inactive = withCode('g', 'inactive');
    const state = { name: 'Inactive', reason: 'idle', reasonCode: 'Idle' } as const;
    await functions.create({ ...inactive, latest: { ...inactive.latest, state } });
    for (const set of [folders, packages]) for (const digest of ['active', 'inactive']) set.add(digest);
    await sweeper.sweep();
    assert.deepEqual([...folders], ['active']);
    assert.deepEqual([...packages], ['active', 'inactive']);
  });

  test('sweeps every ten minutes what neither a function nor an environment uses; packages only when an hour old', async () => {
    const { functions, folders, packages, running, ages, pass } = await bench();
    await functions.create(withCode('f', 'shown'));
    running.add('running');
    for (const set of [folders, packages]) for (const digest of ['shown', 'running', 'unused']) set.add(digest);
    await pass(10 * 60_000 - 1);
    assert.ok(folders.has('unused'));
    await pass(1);
    assert.deepEqual([...folders], ['shown', 'running']);
    assert.deepEqual([...packages], ['shown', 'running']);
    running.clear();
    await pass(10 * 60_000);
    assert.deepEqual([...folders], ['shown']);
    assert.deepEqual(ages, [HOUR_MS, HOUR_MS]);
  });

  test('the package of a layer version stays; its folder is there for functions only', async () => {
    const { folders, packages, layered, sweeper } = await bench();
    for (const set of [folders, packages, layered]) set.add('layer');
    await sweeper.sweep();
    assert.deepEqual([[...folders], [...packages]], [[], ['layer']]);
    layered.clear();
    await sweeper.sweep();
    assert.deepEqual([...packages], []);
  });

  test('sweeps soon after a version was replaced or its function deleted', async () => {
    const { functions, folders, pass } = await bench();
    const record = withCode('f', 'first');
    await functions.create(record);
    folders.add('first').add('second');
    await functions.update(record, () => withCode('f', 'second'));
    await pass(30_000);
    assert.deepEqual([...folders], ['second']);
    await functions.delete(record);
    await pass(30_000);
    assert.deepEqual([...folders], []);
    folders.add('later');
    await pass(10 * 60_000);
    assert.deepEqual([...folders], [], 'the period goes on');
  });

  test('what serves while an update failed is in use', async () => {
    const { functions, folders, sweeper } = await bench();
    const { latest } = withCode('f', 'new');
    await functions.create({ ...withCode('f', 'new'), serving: { ...latest, code: { digest: 'old', sizeBytes: 1 } } });
    folders.add('new').add('old');
    await sweeper.sweep();
    assert.deepEqual([...folders], ['new', 'old']);
  });

  test('sees what a function began to use while it sweeps', async () => {
    const { functions, folders, code, sweeper } = await bench();
    folders.add('late');
    const sweep = code.sweep;
    code.sweep = async (isUsed) => {
      await functions.create(withCode('f', 'late'));
      return sweep(isUsed);
    };
    await sweeper.sweep();
    assert.deepEqual([...folders], ['late']);
  });

  test('goes on after a failure', async () => {
    const { folders, code, pass } = await bench();
    const sweep = code.sweep;
    code.sweep = () => Promise.reject(new Error('busy'));
    folders.add('unused');
    await pass(10 * 60_000);
    code.sweep = sweep;
    await pass(10 * 60_000);
    assert.deepEqual([...folders], []);
  });

  test('close waits for the sweep that runs, and none begins after it', async () => {
    const { functions, code, sweeper, clock, pass } = await bench();
    const held = Promise.withResolvers<number>();
    let sweeps = 0;
    code.sweep = () => {
      sweeps += 1;
      return held.promise;
    };
    await pass(10 * 60_000);
    let closed = false;
    const closing = sweeper.close().then(() => (closed = true));
    await setImmediate();
    assert.equal(closed, false);
    held.resolve(0);
    await closing;
    const record = withCode('f', 'x');
    await functions.create(record);
    await functions.delete(record);
    clock.advance(HOUR_MS);
    await setImmediate();
    assert.equal(sweeps, 1);
  });
});
