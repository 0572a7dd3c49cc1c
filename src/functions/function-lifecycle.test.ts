import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { StoreUnavailable } from '#storage/document-limits.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { functionRecord, invokedVersion, TEST_ACCOUNT, TEST_REGION } from '../../test/support/function-record.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { UnpackedCode } from './code-store.ts';
import { FunctionLifecycle } from './function-lifecycle.ts';
import type { FunctionRecord } from './function-record.ts';
import { FunctionRepository } from './function-repository.ts';
import { PENDING, startUpdate } from './function-state.ts';
import { ZipRejected } from './zip-directory.ts';

interface Bench {
  readonly clock: ManualClock;
  readonly closing: AbortController;
  readonly documents: MemoryDocumentStore;
  readonly functions: FunctionRepository;
  readonly lifecycle: FunctionLifecycle;
  readonly find: () => FunctionRecord;
}

const unpacked = (): Promise<UnpackedCode> => Promise.resolve({ path: '/code' });

async function bench(
  options: { unpack?: () => Promise<UnpackedCode>; layer?: () => Promise<UnpackedCode>; ensure?: () => Promise<void> } = {},
): Promise<Bench> {
  const clock = new ManualClock();
  const closing = new AbortController();
  const documents = new MemoryDocumentStore();
  const functions = await FunctionRepository.open(documents);
  const lifecycle = new FunctionLifecycle({
    functions,
    code: { ensureUnpacked: options.unpack ?? unpacked, ensureLayered: options.layer ?? unpacked },
    runtimes: { ensure: options.ensure ?? (() => Promise.resolve()) },
    clock,
    ids: systemIds,
    log: silentLogger,
    signal: closing.signal,
  });
  return {
    clock,
    closing,
    documents,
    functions,
    lifecycle,
    find: () => functions.find(TEST_ACCOUNT, TEST_REGION, 'f') ?? assert.fail('no function'),
  };
}

const pending = functionRecord('f', { state: PENDING });

/** Lets what is ready run; nothing here waits for anything outside the process. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await setImmediate();
}

function updating(): FunctionRecord {
  return startUpdate(functionRecord('f'), { memoryMb: 256 }, { ids: systemIds, lastModified: 'later' });
}

suite('FunctionLifecycle', () => {
  test('makes a pending function active after its code is unpacked and its runtime found', async () => {
    const steps: string[] = [];
    const { functions, lifecycle, find } = await bench({
      unpack: () => {
        steps.push('unpack');
        return unpacked();
      },
      ensure: async () => void steps.push('runtime'),
    });
    await functions.create(pending);
    lifecycle.advance(pending);
    assert.equal(find().latest.state.name, 'Pending');
    await lifecycle.close();
    assert.deepEqual(steps, ['unpack', 'runtime']);
    assert.deepEqual(find().latest.state, { name: 'Active' });
    assert.notEqual(find().latest.revisionId, pending.latest.revisionId, 'Active is another revision');
    assert.equal(find().latest.configurationId, pending.latest.configurationId);
  });

  test('makes a published version active, or fails it, also after a crash', async () => {
    const { functions, lifecycle } = await bench({
      ensure: () => Promise.reject(new Error('Install python3.12.')),
    });
    const version = { ...pending.latest, version: '1', configurationId: 'of version 1' };
    await functions.create({ ...pending, versionCounter: 1, versions: { 1: '1-id' } }, version);
    lifecycle.resume();
    await lifecycle.close();
    const found = invokedVersion(functions, 'f', '1');
    assert.deepEqual(found?.state, { name: 'Failed', reason: 'Install python3.12.', reasonCode: 'InvalidRuntime' });
    assert.notEqual(found.revisionId, version.revisionId);
    assert.equal(found.configurationId, 'of version 1');

    const working = await bench();
    await working.functions.create({ ...functionRecord('f'), versionCounter: 1, versions: { 1: '1-id' } }, version);
    working.lifecycle.resume();
    await working.lifecycle.close();
    assert.equal(invokedVersion(working.functions, 'f', '1')?.state.name, 'Active');
    assert.equal(working.find().latest.revisionId, functionRecord('f').latest.revisionId, '$LATEST is left alone');
  });

  const inactive = { name: 'Inactive', reason: 'idle', reasonCode: 'Idle' } as const;

  test('restores an inactive function and an inactive version: Pending, then Active', async () => {
    const { promise, resolve } = Promise.withResolvers<UnpackedCode>();
    const { functions, lifecycle } = await bench({ unpack: () => promise });
    const record = functionRecord('f', { state: inactive });
    const version = { ...record.latest, version: '1', configurationId: 'of version 1' };
    await functions.create({ ...record, versionCounter: 1, versions: { 1: '1-id' } }, version);
    for (const number of ['$LATEST', '1']) lifecycle.restore({ ...version, version: number });
    await settle();
    const state = (number: string): unknown => invokedVersion(functions, 'f', number)?.state;
    const restoring = { name: 'Pending', reason: 'The function is being restored.', reasonCode: 'Restoring' };
    assert.deepEqual([state('$LATEST'), state('1')], [restoring, restoring]);
    resolve({ path: '/code' });
    await lifecycle.close();
    assert.deepEqual([state('$LATEST'), state('1')], [{ name: 'Active' }, { name: 'Active' }]);
    assert.ok(invokedVersion(functions, 'f', '1')?.usedMs !== undefined, 'and it counts as used');
  });

  test('what cannot be restored is inactive again, with the reason', async () => {
    const { functions, lifecycle, find } = await bench({ ensure: () => Promise.reject(new Error('Install python3.12.')) });
    await functions.create(functionRecord('f', { state: inactive }));
    lifecycle.restore(find().latest);
    await lifecycle.close();
    assert.deepEqual(find().latest.state, { name: 'Inactive', reason: 'Install python3.12.', reasonCode: 'InvalidRuntime' });
  });

  test('stays pending as long as the unpacking is held', async () => {
    const { promise, resolve } = Promise.withResolvers<UnpackedCode>();
    const { functions, lifecycle, find } = await bench({ unpack: () => promise });
    await functions.create(pending);
    lifecycle.advance(pending);
    await functions.update(pending, (record) => ({ ...record, tags: { seen: 'yes' } }));
    assert.equal(find().latest.state.name, 'Pending');
    resolve({ path: '/code' });
    await lifecycle.close();
    assert.equal(find().latest.state.name, 'Active');
    assert.deepEqual(find().tags, { seen: 'yes' });
  });

  const failures = [
    {
      what: 'a package that cannot be unpacked',
      options: { unpack: (): Promise<UnpackedCode> => Promise.reject(new ZipRejected('unreadable', 'lies')) },
      reasonCode: 'InvalidZipFileException',
      reason: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    },
    {
      what: 'a runtime that is not there',
      options: { ensure: (): Promise<void> => Promise.reject(new Error('Install python3.12.')) },
      reasonCode: 'InvalidRuntime',
      reason: 'Install python3.12.',
    },
    {
      what: 'a full disk',
      options: { unpack: (): Promise<UnpackedCode> => Promise.reject(new Error('ENOSPC')) },
      reasonCode: 'InternalError',
      reason: 'The code package could not be unpacked.',
    },
  ];
  for (const { what, options, reasonCode, reason } of failures) {
    test(`${what} fails a new function, and an update`, async () => {
      const created = await bench(options);
      await created.functions.create(pending);
      created.lifecycle.advance(pending);
      await created.lifecycle.close();
      assert.deepEqual(created.find().latest.state, { name: 'Failed', reason, reasonCode });

      const updated = await bench(options);
      await updated.functions.create(updating());
      updated.lifecycle.resume();
      await updated.lifecycle.close();
      assert.deepEqual(updated.find().latest.lastUpdate, { name: 'Failed', reason, reasonCode });
      assert.deepEqual(updated.find().latest.state, { name: 'Active' });
      assert.equal(invokedVersion(updated.functions, 'f')?.memoryMb, 128, 'what worked last goes on serving');
    });
  }

  test('an update serves the old configuration until it succeeds', async () => {
    const { functions, lifecycle } = await bench();
    await functions.create(updating());
    const serving = (): number | undefined => invokedVersion(functions, 'f')?.memoryMb;
    assert.equal(serving(), 128);
    lifecycle.resume();
    await lifecycle.close();
    assert.equal(serving(), 256);
    assert.equal(functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.serving, undefined);
  });

  test('an update after a failed one goes on serving what worked last, and a failed function becomes active by one', () => {
    const worked = functionRecord('f');
    const failed: FunctionRecord = {
      ...updating(),
      latest: { ...updating().latest, lastUpdate: { name: 'Failed', reason: 'x', reasonCode: 'InternalError' } },
    };
    const stamp = { ids: systemIds, lastModified: 'later' };
    assert.equal(startUpdate(failed, {}, stamp).serving?.configurationId, worked.latest.configurationId);
    const neverWorked = functionRecord('f', { state: { name: 'Failed', reason: 'x', reasonCode: 'InternalError' } });
    assert.equal(startUpdate(neverWorked, {}, stamp).serving, undefined);
  });

  test('resume continues, after a restart, what was in transition and nothing else', async () => {
    const { clock, closing, documents, functions } = await bench();
    await functions.create(pending);
    await functions.create(functionRecord('active'));
    const reopened = await FunctionRepository.open(documents);
    const seen: string[] = [];
    const lifecycle = new FunctionLifecycle({
      functions: reopened,
      code: {
        ensureUnpacked: (digest) => {
          seen.push(digest);
          return unpacked();
        },
        ensureLayered: unpacked,
      },
      runtimes: { ensure: () => Promise.resolve() },
      clock,
      ids: systemIds,
      log: silentLogger,
      signal: closing.signal,
    });
    lifecycle.resume();
    await lifecycle.close();
    assert.equal(seen.length, 1);
    assert.equal(reopened.find(TEST_ACCOUNT, TEST_REGION, 'f')?.latest.state.name, 'Active');
  });

  test('a function is Active when its layers are unpacked, and Failed when they cannot be', async () => {
    const layers = [{ arn: 'a', code: { digest: 'd', sizeBytes: 1 } }];
    const good = await bench();
    await good.functions.create(functionRecord('f', { state: PENDING, layers }));
    good.lifecycle.advance(good.find());
    await good.lifecycle.close();
    assert.equal(good.find().latest.state.name, 'Active');
    const bad = await bench({ layer: () => Promise.reject(new ZipRejected('unreadable', 'x has a wrong checksum')) });
    await bad.functions.create(functionRecord('f', { state: PENDING, layers }));
    bad.lifecycle.advance(bad.find());
    await bad.lifecycle.close();
    assert.deepEqual(bad.find().latest.state, {
      name: 'Failed',
      reason: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
      reasonCode: 'InvalidZipFileException',
    });
  });

  test('leaves alone a function that was deleted and created anew meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<UnpackedCode>();
    const { functions, lifecycle, find } = await bench({ unpack: () => promise });
    await functions.create(pending);
    lifecycle.advance(pending);
    await functions.delete(pending);
    await functions.create(functionRecord('f', { state: PENDING, configurationId: 'another' }));
    resolve({ path: '/code' });
    await lifecycle.close();
    assert.equal(find().latest.state.name, 'Pending');
  });

  test('tries again, ever more rarely, while the store refuses writes', async (context) => {
    const { clock, documents, functions, lifecycle, find } = await bench();
    await functions.create(pending);
    const put = context.mock.method(documents, 'put', () => Promise.reject(new StoreUnavailable('no space left')));
    lifecycle.advance(pending);
    await settle();
    assert.equal(put.mock.callCount(), 1);
    for (const delayMs of [250, 500, 1000]) {
      const calls = put.mock.callCount();
      clock.advance(delayMs - 1);
      await settle();
      assert.equal(put.mock.callCount(), calls);
      clock.advance(1);
      await settle();
      assert.equal(put.mock.callCount(), calls + 1);
    }
    assert.equal(find().latest.state.name, 'Pending');
    put.mock.restore();
    clock.advance(2000);
    await lifecycle.close();
    assert.equal(find().latest.state.name, 'Active');
  });

  test('gives up after 20 tries, until the next start', async (context) => {
    const { clock, documents, functions, lifecycle } = await bench();
    await functions.create(pending);
    const put = context.mock.method(documents, 'put', () => Promise.reject(new StoreUnavailable('no space left')));
    lifecycle.advance(pending);
    for (let tries = 0; tries < 25; tries++) {
      await settle();
      clock.advance(60_000);
    }
    await lifecycle.close();
    assert.equal(put.mock.callCount(), 20);
  });

  test('closing ends the wait for the next try', async (context) => {
    const { closing, documents, functions, lifecycle, find } = await bench();
    await functions.create(pending);
    context.mock.method(documents, 'put', () => Promise.reject(new StoreUnavailable('no space left')));
    lifecycle.advance(pending);
    await settle();
    closing.abort();
    await lifecycle.close();
    assert.equal(find().latest.state.name, 'Pending');
  });

  for (const step of ['unpack', 'ensure'] as const) {
    test(`closing while the step ${step} is given up leaves the function in transition`, async () => {
      const { promise, reject } = Promise.withResolvers<never>();
      const { closing, functions, lifecycle, find } = await bench({ [step]: () => promise });
      await functions.create(pending);
      lifecycle.advance(pending);
      await settle();
      closing.abort(new Error('closing'));
      reject(closing.signal.reason);
      await lifecycle.close();
      assert.equal(find().latest.state.name, 'Pending');
    });
  }
});
