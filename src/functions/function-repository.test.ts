import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { RevisionConflict, type DocumentStore } from '#storage/document-store.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../test/support/function-record.ts';
import type { FunctionRecord } from './function-record.ts';
import { FunctionRepository } from './function-repository.ts';

const OTHER_ACCOUNT = '222222222222' as AccountId;

function described(record: FunctionRecord, description: string): FunctionRecord {
  return { ...record, latest: { ...record.latest, description } };
}

suite('FunctionRepository', () => {
  test('finds what was created, at once and after reopening the store', async () => {
    const documents = new MemoryDocumentStore();
    const functions = await FunctionRepository.open(documents);
    assert.equal(await functions.create(functionRecord('f')), true);
    assert.deepEqual(functions.find(TEST_ACCOUNT, TEST_REGION, 'f'), functionRecord('f'));
    assert.equal(functions.find(TEST_ACCOUNT, 'eu-west-1', 'f'), undefined);
    assert.equal(functions.find(OTHER_ACCOUNT, TEST_REGION, 'f'), undefined);

    const reopened = await FunctionRepository.open(documents);
    assert.deepEqual(reopened.find(TEST_ACCOUNT, TEST_REGION, 'f'), functionRecord('f'));
  });

  test('creates a name once', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    const results = await Promise.all([functions.create(functionRecord('f')), functions.create(functionRecord('f'))]);
    assert.deepEqual(results.toSorted(), [false, true]);
  });

  test('lists pages in the order of names, within account and region', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    for (const name of ['c', 'a', 'd', 'b']) await functions.create(functionRecord(name));
    await functions.create(functionRecord('b2', { accountId: OTHER_ACCOUNT }));
    const names = (page: { after?: string; limit: number }): readonly string[] =>
      functions.list(TEST_ACCOUNT, TEST_REGION, page).map((record) => record.name);
    assert.deepEqual(names({ limit: 2 }), ['a', 'b']);
    assert.deepEqual(names({ after: 'b', limit: 2 }), ['c', 'd']);
    assert.deepEqual(names({ after: 'd', limit: 2 }), []);
    await functions.delete(functionRecord('c'));
    assert.deepEqual(names({ after: 'b', limit: 2 }), ['d'], 'a marker whose neighbour is gone still works');
    await functions.create(functionRecord('bb'));
    assert.deepEqual(names({ after: 'b', limit: 2 }), ['bb', 'd']);
  });

  test('repeats a change on the newest record when another writer came first', async () => {
    const documents = new MemoryDocumentStore();
    const functions = await FunctionRepository.open(documents);
    await functions.create(functionRecord('f'));
    const changes = ['1', '2', '3'].map((digit) =>
      functions.update(functionRecord('f'), (record) => described(record, record.latest.description + digit)),
    );
    await Promise.all(changes);
    const final = functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.latest.description ?? '';
    assert.deepEqual(final.split('').toSorted(), ['1', '2', '3']);
  });

  test('gives up when it never gets through', async () => {
    const documents = new MemoryDocumentStore();
    const stubborn: DocumentStore = {
      get: (key) => documents.get(key),
      put: (key, value, expected) => (expected === 0 ? documents.put(key, value, 0) : Promise.reject(new RevisionConflict(key))),
      delete: (key, expected) => documents.delete(key, expected),
      list: (prefix, options) => documents.list(prefix, options),
      watch: (prefix, listener) => documents.watch(prefix, listener),
    };
    const functions = await FunctionRepository.open(stubborn);
    await functions.create(functionRecord('f'));
    await assert.rejects(
      functions.update(functionRecord('f'), (record) => described(record, 'x')),
      /gave up updating/,
    );
  });

  test('writes nothing when a change throws or returns the same record', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    await functions.create(functionRecord('f'));
    await assert.rejects(
      functions.update(functionRecord('f'), () => {
        throw new Error('no');
      }),
      /no/,
    );
    await functions.update(functionRecord('f'), (record) => record);
    assert.deepEqual(functions.find(TEST_ACCOUNT, TEST_REGION, 'f'), functionRecord('f'));
    assert.equal(await functions.update(functionRecord('missing'), (record) => record), undefined);
  });

  test('findVersion gives what an invocation runs', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    await functions.create(functionRecord('f'));
    assert.equal(functions.findVersion(TEST_ACCOUNT, TEST_REGION, 'f')?.configurationId, 'configuration-of-f');
    assert.equal(functions.findVersion(TEST_ACCOUNT, TEST_REGION, 'f', '$LATEST')?.version, '$LATEST');
    assert.equal(functions.findVersion(TEST_ACCOUNT, TEST_REGION, 'f', '1'), undefined);
    const serving = { ...functionRecord('f').latest, configurationId: 'old' };
    await functions.update(functionRecord('f'), (record) => ({ ...record, serving }));
    assert.equal(functions.findVersion(TEST_ACCOUNT, TEST_REGION, 'f')?.configurationId, 'old');
  });

  test('codeDigests has what is shown and what still serves', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    const [shown, served] = ['b'.repeat(64), 'c'.repeat(64)];
    const record = functionRecord('f', { code: { digest: shown, sizeBytes: 1 } });
    await functions.create({ ...record, serving: { ...record.latest, code: { digest: served, sizeBytes: 1 } } });
    assert.deepEqual(functions.codeDigests(), new Set([shown, served]));
  });

  test('tells which version retires: not while an update runs, not for tags, but once it is replaced or deleted', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    const retired: string[] = [];
    functions.onRetired((version) => retired.push(version.configurationId));
    const key = functionRecord('f');
    await functions.create(functionRecord('f'));
    await functions.update(key, (record) => ({ ...record, tags: { a: 'b' } }));
    await functions.update(key, (record) => ({ ...record, serving: record.latest, latest: { ...record.latest, configurationId: 'new' } }));
    assert.deepEqual(retired, []);
    await functions.update(key, (record) => {
      const { serving: _, ...rest } = record;
      return rest;
    });
    assert.deepEqual(retired, ['configuration-of-f']);
    await functions.delete(key);
    assert.deepEqual(retired, ['configuration-of-f', 'new']);
    assert.equal(await functions.delete(key), false);
  });
});
