import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { loadSessionKey } from './session-key.ts';

suite('loadSessionKey', () => {
  test('makes a key of 32 bytes at first, and finds it again', async () => {
    const store = new MemoryDocumentStore();
    const made = await loadSessionKey(store, systemIds);
    assert.equal(made.length, 32);
    const unused = { ...systemIds, hex: () => assert.fail('made another') };
    assert.deepEqual(await loadSessionKey(store, unused), made);
  });

  test('of two that make it at once, both use the same', async () => {
    const store = new MemoryDocumentStore();
    const [first, second] = await Promise.all([loadSessionKey(store, systemIds), loadSessionKey(store, systemIds)]);
    assert.deepEqual(second, first);
  });

  test('each store has its own', async () => {
    const first = await loadSessionKey(new MemoryDocumentStore(), systemIds);
    assert.notDeepEqual(await loadSessionKey(new MemoryDocumentStore(), systemIds), first);
  });

  test('a store that cannot write is an error, not a key that will be forgotten', async () => {
    const broken = new Error('disk full');
    const store = Object.assign(new MemoryDocumentStore(), { put: () => Promise.reject(broken) });
    await assert.rejects(loadSessionKey(store, systemIds), broken);
  });
});
