import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';

import { InvalidDocumentKey, InvalidDocumentValue, KEY_MAX_BYTES, StoreUnavailable, VALUE_MAX_BYTES } from './document-limits.ts';
import { checkAgainstModel, checkWatchesUnderWriters } from './document-store-properties.ts';
import { RevisionConflict, documentKey, type DocumentChange, type DocumentStore } from './document-store.ts';

export type ClosableDocumentStore = DocumentStore & { close(): Promise<void> };

/** Registers the tests that every driver of `DocumentStore` passes. `opened` gives an empty store and releases it after the test. */
export function documentStoreContract(name: string, opened: (t: TestContext) => Promise<ClosableDocumentStore>): void {
  describe(`${name}: get, put, delete`, () => {
    test('get gives undefined for a missing key and for one that cannot exist', async (t) => {
      const store = await opened(t);
      assert.equal(await store.get('a/b'), undefined);
      assert.equal(await store.get(''), undefined);
      assert.equal(await store.get('a b'), undefined);
    });

    test('put with 0 creates, and get gives what put gave', async (t) => {
      const store = await opened(t);
      const value = { name: 'hello', tags: ['x', null, 1.5, { deep: true }], text: 'ü€😀 \ud800 "' };
      const document = await store.put('aws/000000000000/function/hello', value, 0);
      assert.equal(document.key, 'aws/000000000000/function/hello');
      assert.ok(document.revision > 0);
      assert.deepEqual(document.value, value);
      assert.deepEqual(await store.get(document.key), document);
    });

    test('a stored value is nobody’s object: changing what went in or came out changes nothing', async (t) => {
      const store = await opened(t);
      const value = { list: [1] };
      const put = store.put('a', value, 0);
      value.list.push(2);
      const document = await put;
      document.value.list.push(3);
      (await store.get<typeof value>('a'))?.value.list.push(4);
      assert.deepEqual((await store.get('a'))?.value, { list: [1] });
    });

    test('a key named __proto__ inside a value is data', async (t) => {
      const store = await opened(t);
      const value = JSON.parse('{"__proto__": {"polluted": true}}') as object;
      await store.put('a', value, 0);
      const got = await store.get<object>('a');
      assert.deepEqual(Object.keys(got?.value ?? {}), ['__proto__']);
      assert.equal('polluted' in {}, false);
    });

    test('put conflicts unless the stored revision is the expected one, and then leaves the document alone', async (t) => {
      const store = await opened(t);
      const conflict = (key: string) => (error: unknown) => error instanceof RevisionConflict && error.key === key;
      const first = await store.put('a', 1, 0);
      const second = await store.put('a', 2, first.revision);
      assert.ok(second.revision > first.revision);
      await assert.rejects(store.put('a', 3, 0), conflict('a'));
      await assert.rejects(store.put('a', 3, first.revision), conflict('a'));
      await assert.rejects(store.put('a', 3, second.revision + 1), conflict('a'));
      await assert.rejects(store.put('b', 3, second.revision), conflict('b'));
      assert.deepEqual(await store.get('a'), second);
      assert.equal(await store.get('b'), undefined);
    });

    test('delete conflicts unless the stored revision is the expected one', async (t) => {
      const store = await opened(t);
      const { revision } = await store.put('a', 1, 0);
      await assert.rejects(store.delete('a', 0), RevisionConflict);
      await assert.rejects(store.delete('a', revision + 1), RevisionConflict);
      await assert.rejects(store.delete('b', 0), RevisionConflict);
      assert.equal((await store.get('a'))?.revision, revision);
      await store.delete('a', revision);
      assert.equal(await store.get('a'), undefined);
      await assert.rejects(store.delete('a', revision), RevisionConflict);
      await assert.rejects(store.put('a', 2, revision), RevisionConflict);
    });

    test('revisions grow with each change anywhere in the store, also past a deletion of the newest', async (t) => {
      const store = await opened(t);
      const a = await store.put('a', 1, 0);
      const b = await store.put('b', 1, 0);
      assert.ok(b.revision > a.revision);
      await store.delete('b', b.revision);
      const again = await store.put('b', 1, 0);
      assert.ok(again.revision > b.revision + 1, 'the deletion took a revision of its own');
    });

    test('among concurrent writes, exactly the losers fail', async (t) => {
      const store = await opened(t);
      const writes = Array.from({ length: 60 }, (_, index) => store.put(`key/${index % 20}`, index, 0));
      const results = await Promise.allSettled(writes);
      const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      assert.equal(winners.length, 20);
      for (const result of results) if (result.status === 'rejected') assert.ok(result.reason instanceof RevisionConflict);
      const byKey = (left: { readonly key: string }, right: { readonly key: string }): number => (left.key < right.key ? -1 : 1);
      assert.deepEqual(await store.list('key/', { limit: 100 }), winners.toSorted(byKey));
    });

    test('no increment is lost when many retry on conflict', async (t) => {
      const store = await opened(t);
      await store.put('counter', 0, 0);
      const increment = async (): Promise<void> => {
        for (;;) {
          const current = await store.get<number>('counter');
          assert.ok(current !== undefined);
          try {
            await store.put('counter', current.value + 1, current.revision);
            return;
          } catch (error) {
            if (!(error instanceof RevisionConflict)) throw error;
          }
        }
      };
      await Promise.all(Array.from({ length: 25 }, increment));
      assert.equal((await store.get('counter'))?.value, 25);
    });
  });

  describe(`${name}: limits`, () => {
    test('a value of exactly the limit is stored, one byte more is refused with both sizes', async (t) => {
      const store = await opened(t);
      const most = 'x'.repeat(VALUE_MAX_BYTES - 2);
      await store.put('a', most, 0);
      assert.equal((await store.get('a'))?.value, most);
      await assert.rejects(store.put('b', `${most}x`, 0), {
        name: 'InvalidDocumentValue',
        message: 'the document b cannot be stored: its JSON has 524289 bytes, at most 524288 are allowed',
      });
      // The limit counts bytes of UTF-8, not characters.
      await assert.rejects(store.put('b', 'ü'.repeat(VALUE_MAX_BYTES / 2), 0), InvalidDocumentValue);
      assert.equal(await store.get('b'), undefined);
    });

    test('a value without a JSON form is refused', async (t) => {
      const store = await opened(t);
      await assert.rejects(store.put('a', undefined, 0), InvalidDocumentValue);
      await assert.rejects(
        store.put('a', () => 1, 0),
        InvalidDocumentValue,
      );
    });

    test('a key that documentKey does not make is refused', async (t) => {
      const store = await opened(t);
      for (const key of ['', '/', 'a/', '/a', 'a//b', 'a b', 'a*', 'a>', 'ä', 'a\0', 'a%', 'a%2', 'a%2g', 'a%2f', 'a\n']) {
        await assert.rejects(store.put(key, 1, 0), InvalidDocumentKey, JSON.stringify(key));
        await assert.rejects(store.delete(key, 1), InvalidDocumentKey, JSON.stringify(key));
      }
      await store.put('k'.repeat(KEY_MAX_BYTES), 1, 0);
      await assert.rejects(store.put('k'.repeat(KEY_MAX_BYTES + 1), 1, 0), InvalidDocumentKey);
    });

    test('every key that documentKey makes is kept apart from every other', async (t) => {
      const store = await opened(t);
      const segments = ['.', '..', '~', '%', '=', '=d', '%2E', '/', 'a/b', ' ', '$LATEST', '*', '>', 'é', 'A', 'a', "it's(!)", '\0'];
      const keys = segments.flatMap((segment) => [documentKey('s', segment), documentKey('s', segment, segment)]);
      for (const key of keys) await store.put(key, key, 0);
      for (const key of keys) assert.equal((await store.get(key))?.value, key);
      assert.deepEqual(
        (await store.list('s/', { limit: 1000 })).map(({ key }) => key),
        keys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
      );
    });
  });

  describe(`${name}: list`, () => {
    // In byte order; locale order and the order of insertion differ from it.
    const keys = ['A/z', 'B', 'a%20b', 'a-b', 'a.b', 'a/b', 'a/b%2Fc', 'a/b-c', 'a/b/c', 'a/b0', 'aB', 'a_b', 'aa', 'a~b', 'b'];
    const filled = async (t: TestContext): Promise<DocumentStore> => {
      const store = await opened(t);
      for (const key of keys.toReversed()) await store.put(key, { of: key }, 0);
      return store;
    };

    test('is in byte order', async (t) => {
      const store = await filled(t);
      const documents = await store.list('', { limit: 1000 });
      assert.deepEqual(
        documents.map(({ key }) => key),
        keys,
      );
      for (const document of documents) assert.deepEqual(await store.get(document.key), document);
    });

    test('takes the prefix by characters, not by segments', async (t) => {
      const store = await filled(t);
      const under = async (prefix: string): Promise<readonly string[]> => (await store.list(prefix, { limit: 1000 })).map(({ key }) => key);
      assert.deepEqual(await under('a/'), ['a/b', 'a/b%2Fc', 'a/b-c', 'a/b/c', 'a/b0']);
      assert.deepEqual(await under('a/b/'), ['a/b/c']);
      assert.deepEqual(await under('a/b%2'), ['a/b%2Fc']);
      assert.deepEqual(await under('b'), ['b']);
      assert.deepEqual(await under('c'), []);
      assert.deepEqual(await under('ä'), []);
    });

    test('starts after a key, whether or not it exists', async (t) => {
      const store = await filled(t);
      const after = async (key: string): Promise<readonly string[]> =>
        (await store.list('a/', { after: key, limit: 1000 })).map((document) => document.key);
      assert.deepEqual(await after('a/b-c'), ['a/b/c', 'a/b0']);
      assert.deepEqual(await after('a/b.'), ['a/b/c', 'a/b0']);
      assert.deepEqual(await after('A'), ['a/b', 'a/b%2Fc', 'a/b-c', 'a/b/c', 'a/b0']);
      assert.deepEqual(await after('a/b0'), []);
      assert.deepEqual(await after('z'), []);
    });

    test('pages by limit and after give each document once', async (t) => {
      const store = await filled(t);
      const seen: string[] = [];
      for (;;) {
        const page = await store.list('', { after: seen.at(-1) ?? '', limit: 4 });
        assert.ok(page.length <= 4);
        if (page.length === 0) break;
        seen.push(...page.map(({ key }) => key));
      }
      assert.deepEqual(seen, keys);
      assert.deepEqual(await store.list('', { limit: 0 }), []);
    });

    test('gives many large documents whole', async (t) => {
      const store = await opened(t);
      const value = 'v'.repeat(400_000);
      await Promise.all(Array.from({ length: 30 }, (_, index) => store.put(documentKey('large', String(index)), value + index, 0)));
      const documents = await store.list<string>('large/', { limit: 30 });
      assert.equal(documents.length, 30);
      for (const { key, value: got } of documents) assert.ok(got === value + key.slice('large/'.length));
    });
  });

  describe(`${name}: watch`, () => {
    test('gives a snapshot, caught-up, then each change under the prefix, in order', async (t) => {
      const store = await opened(t);
      const one = await store.put('w/one', 1, 0);
      const two = await store.put('w/two', 2, 0);
      await store.put('x/other', 3, 0);
      const changes: DocumentChange<number>[] = [];
      await store.watch<number>('w/', (change) => changes.push(change));
      assert.deepEqual(new Set(changes.slice(0, 2)), new Set([one, two].map((document) => ({ type: 'put', document }))));
      assert.deepEqual(changes.slice(2), [{ type: 'caught-up', revision: two.revision + 1 }]);

      const later = await store.put('w/three', 3, 0);
      await store.put('x/another', 4, 0);
      await assert.rejects(store.put('w/one', 9, 0), RevisionConflict);
      const changed = await store.put('w/one', 5, one.revision);
      await store.delete('w/two', two.revision);
      assert.deepEqual(changes.slice(3), [
        { type: 'put', document: later },
        { type: 'put', document: changed },
        { type: 'delete', key: 'w/two', revision: changed.revision + 1 },
      ]);
    });

    test('of an empty store is caught up at once', async (t) => {
      const store = await opened(t);
      const changes: DocumentChange<unknown>[] = [];
      await store.watch('', (change) => changes.push(change));
      assert.deepEqual(changes, [{ type: 'caught-up', revision: 0 }]);
    });

    test('has shown a change before the write resolves', async (t) => {
      const store = await opened(t);
      const seen = new Map<string, number>();
      await store.watch('', (change) => {
        if (change.type === 'put') seen.set(change.document.key, change.document.revision);
        if (change.type === 'delete') seen.delete(change.key);
      });
      const write = async (index: number): Promise<void> => {
        const { key, revision } = await store.put(`k/${index}`, index, 0);
        assert.equal(seen.get(key), revision);
        await store.delete(key, revision);
        assert.equal(seen.has(key), false);
      };
      await Promise.all(Array.from({ length: 40 }, (_, index) => write(index)));
    });

    test('gives each listener a copy of its own', async (t) => {
      const store = await opened(t);
      const got: number[][] = [];
      const spoil = (change: DocumentChange<number[]>): void => {
        if (change.type !== 'put') return;
        got.push([...change.document.value]);
        change.document.value.push(9);
      };
      await store.watch<number[]>('', spoil);
      await store.watch<number[]>('', spoil);
      const { value } = await store.put('a', [1], 0);
      assert.deepEqual(got, [[1], [1]]);
      assert.deepEqual(value, [1]);
    });

    test('stops at close, also when a listener closes it between two changes', async (t) => {
      const store = await opened(t);
      const changes: string[] = [];
      const watch = await store.watch('', (change) => {
        changes.push(change.type);
        if (change.type === 'put') watch.close();
      });
      await Promise.all([store.put('a', 1, 0), store.put('b', 1, 0)]);
      await store.put('c', 1, 0);
      assert.deepEqual(changes, ['caught-up', 'put']);
      watch.close();
    });

    test('rejects when the listener fails on the snapshot, and delivers nothing after that', async (t) => {
      const store = await opened(t);
      await store.put('a', 1, 0);
      let calls = 0;
      const listener = (): void => {
        calls += 1;
        throw new Error('cannot take it');
      };
      await assert.rejects(store.watch('', listener), { message: 'cannot take it' });
      await store.put('b', 1, 0);
      assert.equal(calls, 1);
    });

    test('may be opened and may write from inside a listener', async (t) => {
      const store = await opened(t);
      const inner: string[] = [];
      const done = Promise.withResolvers<void>();
      await store.watch('a', (change) => {
        if (change.type !== 'put') return;
        const nested = store.watch('', (other) => inner.push(other.type === 'put' ? other.document.key : other.type));
        nested.then(() => store.put('b', 2, 0)).then(() => done.resolve(), done.reject);
      });
      await store.put('a', 1, 0);
      await done.promise;
      assert.deepEqual(inner, ['a', 'caught-up', 'b']);
    });
  });

  describe(`${name}: close`, () => {
    test('finishes what was asked before, refuses what comes after, and may be repeated', async (t) => {
      const store = await opened(t);
      const before = Array.from({ length: 30 }, (_, index) => store.put(`k/${index}`, index, 0));
      const read = store.get('k/none');
      const closing = store.close();
      await assert.rejects(store.get('k/0'), StoreUnavailable);
      await assert.rejects(store.put('k/x', 1, 0), StoreUnavailable);
      await assert.rejects(store.delete('k/0', 1), StoreUnavailable);
      await assert.rejects(store.list('', { limit: 1 }), StoreUnavailable);
      await assert.rejects(
        store.watch('', () => assert.fail('no delivery')),
        StoreUnavailable,
      );
      assert.equal((await Promise.all(before)).length, 30);
      assert.equal(await read, undefined);
      await closing;
      await store.close();
    });
  });

  describe(`${name}: properties`, () => {
    test('behaves as a map with revisions', async (t) => {
      const store = await opened(t);
      await checkAgainstModel(store);
    });

    test('a watch opened at any moment among concurrent writers has no gap and no duplicate', async (t) => {
      const store = await opened(t);
      await checkWatchesUnderWriters(store);
    });
  });
}
