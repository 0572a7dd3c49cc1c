import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { Buckets } from './buckets.ts';

const BUCKET = { name: 'b.1', accountId: '000000000000' as AccountId, region: 'us-east-1', createdMs: 1 };

suite('Buckets', () => {
  test('are there again after a restart, and one name has one owner', async () => {
    const documents = new MemoryDocumentStore();
    const buckets = await Buckets.open(documents);
    assert.equal(await buckets.create(BUCKET), true);
    assert.equal(await buckets.create({ ...BUCKET, accountId: '111111111111' as AccountId }), false);
    buckets.close();
    const again = await Buckets.open(documents);
    assert.deepEqual(again.find('b.1'), BUCKET);
    assert.equal(await again.delete('b.1', () => Promise.resolve(true)), true);
    assert.equal(again.find('b.1'), undefined);
  });

  test('stay while somebody writes into them', async () => {
    const buckets = await Buckets.open(new MemoryDocumentStore());
    await buckets.create(BUCKET);
    const written = Promise.withResolvers<void>();
    const write = buckets.writing('b.1', () => written.promise);
    assert.equal(await buckets.delete('b.1', () => Promise.resolve(true)), false);
    written.resolve();
    await write;
    assert.equal(await buckets.delete('b.1', () => Promise.resolve(true)), true);
  });

  test('take no writes while it is seen whether they are empty', async () => {
    const buckets = await Buckets.open(new MemoryDocumentStore());
    await buckets.create(BUCKET);
    const empty = Promise.withResolvers<boolean>();
    const deletion = buckets.delete('b.1', () => empty.promise);
    await assert.rejects(
      buckets.writing('b.1', () => Promise.resolve()),
      { code: 'NoSuchBucket' },
    );
    empty.resolve(false);
    assert.equal(await deletion, false);
    await buckets.writing('b.1', () => Promise.resolve());
  });
});
