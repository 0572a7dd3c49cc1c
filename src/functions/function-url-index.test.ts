import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../test/support/function-record.ts';
import { FunctionRepository } from './function-repository.ts';
import { withUrl, type FunctionUrl } from './function-url.ts';
import { FunctionUrlIndex } from './function-url-index.ts';

const url = (id: string): FunctionUrl => ({ id, authType: 'NONE', createdAt: '', modifiedAt: '' });

suite('FunctionUrlIndex', () => {
  test('finds the URLs that were there before it, and follows their changes', async () => {
    const documents = new MemoryDocumentStore();
    const functions = await FunctionRepository.open(documents);
    const record = { ...functionRecord('f'), urls: { $LATEST: url('a'), live: url('b') } };
    await functions.create(record);
    const index = new FunctionUrlIndex(functions);
    assert.deepEqual(index.find('b'), { accountId: TEST_ACCOUNT, region: TEST_REGION, name: 'f', qualifier: 'live', url: url('b') });
    await functions.update(record, (newest) => withUrl(newest, 'live', { ...url('b'), authType: 'AWS_IAM' }));
    assert.equal(index.find('b')?.url.authType, 'AWS_IAM');
    await functions.update(record, (newest) => withUrl(newest, '$LATEST', undefined));
    assert.equal(index.find('a'), undefined);
    await functions.delete(record);
    assert.equal(index.find('b'), undefined);
    await functions.create({ ...functionRecord('g'), urls: { $LATEST: url('a') } });
    assert.equal(index.find('a')?.name, 'g');
  });

  test('gives an id to one claimer at a time, and none that is in use', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    await functions.create({ ...functionRecord('f'), urls: { $LATEST: url('taken') } });
    const index = new FunctionUrlIndex(functions);
    assert.equal(index.claim('taken'), undefined);
    const first = index.claim('free');
    assert.equal(index.claim('free'), undefined);
    first?.[Symbol.dispose]();
    assert.notEqual(index.claim('free'), undefined);
  });
});
