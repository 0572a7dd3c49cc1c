import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { AccountId } from '#aws/caller.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { Buckets } from './buckets.ts';
import { listObjects, type ListRequest } from './list-objects.ts';
import { compareKeys } from './object-key.ts';
import { Objects } from './objects.ts';

async function objectsOf(keys: readonly string[]): Promise<Objects> {
  const documents = new MemoryDocumentStore();
  const buckets = await Buckets.open(documents);
  await buckets.create({ name: 'bucket', accountId: '000000000000' as AccountId, region: 'us-east-1', createdMs: 0 });
  const objects = new Objects({ documents, buckets });
  for (const key of keys) {
    const content = { kind: 'blob', digest: '0' } as const;
    await objects.put('bucket', { key, sizeBytes: 0, etag: '', lastModifiedMs: 0, metadata: {}, content }, () => {});
  }
  return objects;
}

/** What S3 lists, by its definition. */
function expected(keys: readonly string[], { prefix, delimiter }: Pick<ListRequest, 'prefix' | 'delimiter'>): readonly string[] {
  const entries = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return end === -1 ? key : key.slice(0, end + delimiter.length);
    });
  return [...new Set(entries)].toSorted(compareKeys);
}

suite('listObjects', () => {
  const LONG = 'l'.repeat(700);
  const key = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', 'ü'), minLength: 1, maxLength: 5 }),
    fc.string({ unit: fc.constantFrom('a', '/'), minLength: 1, maxLength: 3 }).map((end) => LONG + end),
  );

  test('pages of any size are together what there is, in order', async () => {
    const request = fc.record({
      prefix: fc.constantFrom('', 'a', 'a/', 'ü', LONG, `${LONG}a`),
      delimiter: fc.constantFrom('', '/', 'b', '//'),
      limit: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { maxLength: 14 }), request, async (keys, asked) => {
        const objects = await objectsOf(keys);
        const found: string[] = [];
        let from: ListRequest['from'];
        do {
          const page = await listObjects(objects, 'bucket', { ...asked, from });
          const texts = [...page.objects.map((object) => object.key), ...page.commonPrefixes].toSorted(compareKeys);
          assert.ok(texts.length <= asked.limit);
          found.push(...texts);
          from = page.next;
        } while (from !== undefined);
        assert.deepEqual(found, expected(keys, asked));
      }),
      { numRuns: 60 },
    );
  });

  test('a page of exactly the last objects says that it is the last', async () => {
    const objects = await objectsOf(['a', 'b']);
    const page = await listObjects(objects, 'bucket', { prefix: '', delimiter: '', limit: 2, from: undefined });
    assert.equal(page.next, undefined);
  });

  test('goes over a folder of many keys without reading them', async () => {
    const documents = new MemoryDocumentStore();
    const buckets = await Buckets.open(documents);
    await buckets.create({ name: 'bucket', accountId: '000000000000' as AccountId, region: 'us-east-1', createdMs: 0 });
    let read = 0;
    const counting = new Objects({
      buckets,
      documents: {
        get: (...given) => documents.get(...given),
        put: (...given) => documents.put(...given),
        delete: (...given) => documents.delete(...given),
        watch: (...given) => documents.watch(...given),
        list: async (...given) => {
          const page = await documents.list<never>(...given);
          read += page.length;
          return page;
        },
      },
    });
    for (let n = 0; n < 300; n++) {
      const content = { kind: 'blob', digest: '0' } as const;
      await counting.put('bucket', { key: `folder/${n}`, sizeBytes: 0, etag: '', lastModifiedMs: 0, metadata: {}, content }, () => {});
    }
    const page = await listObjects(counting, 'bucket', { prefix: '', delimiter: '/', limit: 9, from: undefined });
    assert.deepEqual(page.commonPrefixes, ['folder/']);
    assert.ok(read < 30, String(read));
  });
});
