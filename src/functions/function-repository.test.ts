import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { VALUE_MAX_BYTES } from '#storage/document-limits.ts';
import { RevisionConflict, type DocumentStore } from '#storage/document-store.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { createWithVersions, functionRecord, invokedVersion, TEST_ACCOUNT, TEST_REGION } from '../../test/support/function-record.ts';
import type { FunctionRecord } from './function-record.ts';
import { layeredDigest } from './function-layers.ts';
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

  test('makes each change of the newest record, however many writers there are', async () => {
    const documents = new MemoryDocumentStore();
    const functions = await FunctionRepository.open(documents);
    await functions.create(functionRecord('f'));
    const writers = Array.from({ length: 60 }, (_, at) => String.fromCharCode(65 + at));
    const changes = writers.map((letter) =>
      functions.update(functionRecord('f'), (record) => described(record, record.latest.description + letter)),
    );
    await Promise.all(changes);
    const final = functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.latest.description ?? '';
    assert.deepEqual(final.split('').toSorted(), writers);
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
      RevisionConflict,
    );
  });

  test('a record that becomes too large is the caller’s fault, and stays as it was', async () => {
    const documents = new MemoryDocumentStore();
    const functions = await FunctionRepository.open(documents);
    await functions.create(functionRecord('f'));
    const tags = { much: 'x'.repeat(VALUE_MAX_BYTES) };
    const refused = { code: 'InvalidParameterValueException', status: 400 };
    await assert.rejects(
      functions.update(functionRecord('f'), (record) => ({ ...record, tags })),
      refused,
    );
    const published = { ...functionRecord('f').latest, version: '1' };
    await assert.rejects(
      functions.publish(functionRecord('f'), (record) => ({ record: { ...record, tags, versions: { '1': '1-a' } }, published })),
      refused,
    );
    assert.deepEqual(functions.find(TEST_ACCOUNT, TEST_REGION, 'f'), functionRecord('f'));
    assert.deepEqual(await documents.list('versions/', { limit: 1 }), []);
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

  test('keeps what serves apart from what is shown', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    await functions.create(functionRecord('f'));
    assert.equal(invokedVersion(functions, 'f')?.configurationId, 'configuration-of-f');
    assert.equal(invokedVersion(functions, 'f', '$LATEST')?.version, '$LATEST');
    assert.equal(invokedVersion(functions, 'f', '1'), undefined);
    const serving = { ...functionRecord('f').latest, configurationId: 'old' };
    await functions.update(functionRecord('f'), (record) => ({ ...record, serving }));
    assert.equal(invokedVersion(functions, 'f')?.configurationId, 'old');
  });

  test('codeDigests has what is shown and what still serves', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    const [shown, served] = ['b'.repeat(64), 'c'.repeat(64)];
    const record = functionRecord('f', { code: { digest: shown, sizeBytes: 1 } });
    await functions.create({ ...record, serving: { ...record.latest, code: { digest: served, sizeBytes: 1 } } });
    assert.deepEqual(functions.codeDigests(), new Set([shown, served]));
  });

  test('layers of a function count as its code, and what they make together', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    const layers = ['x', 'y'].map((digest) => ({ arn: digest, code: { digest, sizeBytes: 1 } }));
    await functions.create(functionRecord('f', { code: { digest: 'c', sizeBytes: 1 }, layers }));
    assert.deepEqual(functions.codeDigests(), new Set(['c', 'x', 'y', layeredDigest(['x', 'y'])]));
    for (const digest of functions.codeDigests()) assert.ok(functions.usesCode(digest));
    assert.ok(!functions.usesCode('z'));
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

suite('FunctionRepository: published versions', () => {
  const numbersOf = (functions: FunctionRepository): readonly string[] => {
    const record = functions.find(TEST_ACCOUNT, TEST_REGION, 'f');
    return record === undefined ? [] : functions.publishedVersions(record).map(({ version }) => version);
  };
  const documentsUnder = async (documents: DocumentStore): Promise<number> => (await documents.list('versions/', { limit: 100 })).length;

  test('are found by number, in order, at once and after reopening', async () => {
    const documents = new MemoryDocumentStore();
    const functions = await FunctionRepository.open(documents);
    await createWithVersions(functions, functionRecord('f'), 1, 2, 10);
    const reopened = await FunctionRepository.open(documents);
    for (const repository of [functions, reopened]) {
      assert.deepEqual(numbersOf(repository), ['1', '2', '10']);
      assert.equal(invokedVersion(repository, 'f', '2')?.description, 'version 2');
      assert.equal(invokedVersion(repository, 'f', '3'), undefined);
      assert.equal(invokedVersion(repository, 'f')?.version, '$LATEST');
    }
  });

  test('publishing meets another writer: each version is there once, under its own number', async () => {
    const documents = new MemoryDocumentStore();
    const functions = await FunctionRepository.open(documents);
    await functions.create(functionRecord('f'));
    let ids = 0;
    const publish = (): Promise<unknown> =>
      functions.publish(functionRecord('f'), (record) => {
        const versionCounter = record.versionCounter + 1;
        const version = String(versionCounter);
        const versions = { ...record.versions, [version]: `id${(ids += 1)}` };
        return { record: { ...record, versionCounter, versions }, published: { ...record.latest, version } };
      });
    await Promise.all([publish(), publish(), publish()]);
    assert.deepEqual(numbersOf(functions), ['1', '2', '3']);
    assert.equal(await documentsUnder(documents), 3, 'no attempt that lost leaves a document');
  });

  test('what a crash left of a publication is not there after reopening', async () => {
    const documents = new MemoryDocumentStore();
    const functions = await FunctionRepository.open(documents);
    await createWithVersions(functions, functionRecord('f'), 1);
    const orphan = { ...functionRecord('f').latest, version: '2' };
    await documents.put('versions/aws/111111111111/us-east-1/f/left-over', orphan, 0);
    await documents.put('versions/aws/111111111111/us-east-1/gone/1-id', { ...orphan, name: 'gone', version: '1' }, 0);
    const reopened = await FunctionRepository.open(documents);
    assert.deepEqual(numbersOf(reopened), ['1']);
    assert.equal(await documentsUnder(documents), 1);
  });

  test('a function that cannot be created leaves no version behind', async () => {
    const documents = new MemoryDocumentStore();
    const functions = await FunctionRepository.open(documents);
    await functions.create(functionRecord('f'));
    const record = { ...functionRecord('f'), versionCounter: 1, versions: { 1: 'x' } };
    assert.equal(await functions.create(record, { ...record.latest, version: '1' }), false);
    assert.equal(await documentsUnder(documents), 0);
  });

  test('a change of state is kept; a version that is gone has none', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    await createWithVersions(functions, functionRecord('f'), 1);
    const key = { accountId: TEST_ACCOUNT, region: TEST_REGION, name: 'f', version: '1' };
    const changes = ['a', 'b'].map((mark) =>
      functions.updateVersion(key, (version) => ({ ...version, revisionId: version.revisionId + mark })),
    );
    await Promise.all(changes);
    assert.match(invokedVersion(functions, 'f', '1')?.revisionId ?? '', /(?:ab|ba)$/);
    assert.equal(await functions.updateVersion({ ...key, version: '2' }, (version) => version), undefined);
  });

  test('their code counts as used, and they retire when they are removed, with the function or alone', async () => {
    const documents = new MemoryDocumentStore();
    const functions = await FunctionRepository.open(documents);
    const old = 'd'.repeat(64);
    await createWithVersions(functions, functionRecord('f', { code: { digest: old, sizeBytes: 1 } }), 1, 2);
    const changed = 'e'.repeat(64);
    await functions.update(functionRecord('f'), (record) => ({
      ...record,
      latest: { ...record.latest, code: { digest: changed, sizeBytes: 1 } },
    }));
    assert.deepEqual(functions.codeDigests(), new Set([changed, old]));
    assert.deepEqual(
      [old, changed, 'f'.repeat(64)].map((digest) => functions.usesCode(digest)),
      [true, true, false],
    );

    const retired: string[] = [];
    functions.onRetired((version) => retired.push(version.version));
    await functions.update(functionRecord('f'), (record) => ({ ...record, versions: { 2: '2-id' } }));
    assert.deepEqual(retired, ['1']);
    assert.deepEqual(numbersOf(functions), ['2']);
    assert.equal(await documentsUnder(documents), 1);
    await functions.delete(functionRecord('f'));
    assert.deepEqual(retired, ['1', '$LATEST', '2']);
    assert.equal(await documentsUnder(documents), 0);
    assert.equal(functions.usesCode(old), false);
  });
});
