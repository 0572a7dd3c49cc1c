import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAll } from './list-all.ts';
import { MemoryDocumentStore } from './memory/memory-document-store.ts';

test('listAll brings what has the prefix, over many pages, in order', async () => {
  const documents = new MemoryDocumentStore();
  const keys = Array.from({ length: 1001 }, (_, at) => `many/${String(at).padStart(4, '0')}`);
  for (const key of [...keys, 'more/x']) await documents.put(key, key, 0);
  assert.deepEqual(
    (await listAll<string>(documents, 'many/')).map(({ value }) => value),
    keys,
  );
  assert.deepEqual(await listAll(documents, 'none/'), []);
});
