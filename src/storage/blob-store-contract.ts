import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';

import * as fc from 'fast-check';

import type { Clock } from '#base/clock.ts';

import { BlobNotFound, type BlobStore } from './blob-store.ts';

/** A clock that stands still until it is moved. */
export interface BlobTestClock extends Clock {
  advance(ms: number): void;
}

export function blobTestClock(): BlobTestClock {
  let nowMs = 1_700_000_000_123;
  return {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    schedule: () => assert.fail('a blob store needs no timer'),
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

/** Registers the tests that every driver of `BlobStore` passes. `opened` gives an empty store and releases it after the test. */
export function blobStoreContract(name: string, opened: (t: TestContext, clock: Clock) => Promise<BlobStore>): void {
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const missing = sha256(Buffer.from('never stored'));
  const nothing = (): boolean => false;

  describe(`${name}: put and get`, () => {
    test('put of bytes gives their SHA-256 and size, and get gives the bytes', async (t) => {
      const store = await opened(t, blobTestClock());
      const content = Buffer.from('hello, blob');
      const blob = await store.put(content);
      assert.deepEqual(blob, { digest: sha256(content), sizeBytes: content.length });
      assert.equal(await store.size(blob.digest), content.length);
      assert.deepEqual(await buffer(await store.get(blob.digest)), content);
    });

    test('put of a stream is the same as put of its bytes, whatever the chunks', async (t) => {
      const store = await opened(t, blobTestClock());
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), async (chunks) => {
          const all = Buffer.concat(chunks);
          const blob = await store.put(Readable.from(chunks.map((chunk) => Buffer.from(chunk))));
          assert.deepEqual(blob, { digest: sha256(all), sizeBytes: all.length });
          assert.deepEqual(await store.put(all), blob);
          assert.deepEqual(await buffer(await store.get(blob.digest)), all);
        }),
        { numRuns: 25 },
      );
    });

    test('stores the empty blob, text streams, and more than one slice', async (t) => {
      const store = await opened(t, blobTestClock());
      const large = Buffer.alloc(2_500_000, 'abcdefg');
      for (const [content, bytes] of [
        [new Uint8Array(), Buffer.alloc(0)],
        [Readable.from([]), Buffer.alloc(0)],
        [Readable.from(['ü', '€'], { encoding: 'utf8' }), Buffer.from('ü€')],
        [large, large],
      ] as const) {
        const blob = await store.put(content);
        assert.deepEqual(blob, { digest: sha256(bytes), sizeBytes: bytes.length });
        assert.ok((await buffer(await store.get(blob.digest))).equals(bytes));
      }
    });

    test('the same content put many times at once is one blob', async (t) => {
      const store = await opened(t, blobTestClock());
      const content = Buffer.alloc(100_000, 'x');
      const blobs = await Promise.all(Array.from({ length: 8 }, () => store.put(content)));
      assert.equal(new Set(blobs.map(({ digest }) => digest)).size, 1);
      assert.deepEqual(await buffer(await store.get(sha256(content))), content);
      assert.equal(await store.sweep(nothing, 0), 1);
    });

    test('a stream that fails gives its error and stores nothing', async (t) => {
      const store = await opened(t, blobTestClock());
      const failing = Readable.from(
        (async function* () {
          yield Buffer.from('first half');
          throw new Error('connection lost');
        })(),
      );
      await assert.rejects(store.put(failing), { message: 'connection lost' });
      assert.equal(await store.size(sha256(Buffer.from('first half'))), undefined);

      const broken = new Readable({ read() {} });
      const put = store.put(broken);
      broken.destroy(new Error('gone before the first byte'));
      await assert.rejects(put, { message: 'gone before the first byte' });

      const cut = new Readable({ read() {} });
      cut.push('first half');
      const cutPut = store.put(cut);
      cut.destroy();
      await assert.rejects(cutPut, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
      assert.equal(await store.sweep(nothing, 0), 0);
    });

    test('a stream of objects is refused', async (t) => {
      const store = await opened(t, blobTestClock());
      await assert.rejects(store.put(Readable.from([{ not: 'bytes' }])), TypeError);
    });
  });

  describe(`${name}: get`, () => {
    test('gives the byte range, both ends inclusive, as far as there are bytes', async (t) => {
      const store = await opened(t, blobTestClock());
      const { digest } = await store.put(Buffer.from('0123456789'));
      const range = async (start: number, end: number): Promise<string> =>
        (await buffer(await store.get(digest, { start, end }))).toString();
      assert.equal(await range(0, 0), '0');
      assert.equal(await range(2, 5), '2345');
      assert.equal(await range(7, 9), '789');
      assert.equal(await range(7, 1000), '789');
      assert.equal(await range(10, 12), '');
    });

    test('refuses what is no range', async (t) => {
      const store = await opened(t, blobTestClock());
      const { digest } = await store.put(Buffer.from('0123456789'));
      for (const range of [
        { start: -1, end: 2 },
        { start: 3, end: 2 },
        { start: 0.5, end: 2 },
        { start: 0, end: Number.NaN },
      ]) {
        await assert.rejects(store.get(digest, range), RangeError);
      }
    });

    test('of a missing blob, or of what is no digest, throws BlobNotFound', async (t) => {
      const store = await opened(t, blobTestClock());
      await store.put(Buffer.from('x'));
      for (const digest of [missing, '', '../../etc/passwd', missing.toUpperCase(), `${missing}\n`, missing.slice(1)]) {
        await assert.rejects(store.get(digest), BlobNotFound);
        assert.equal(await store.size(digest), undefined);
      }
    });

    test('a stream that was opened before the sweep still gives the whole blob', async (t) => {
      const store = await opened(t, blobTestClock());
      const content = Buffer.alloc(500_000, 'y');
      const { digest } = await store.put(content);
      const stream = await store.get(digest);
      assert.equal(await store.sweep(nothing, 0), 1);
      assert.ok((await buffer(stream)).equals(content));
      await assert.rejects(store.get(digest), BlobNotFound);
    });
  });

  describe(`${name}: sweep`, () => {
    test('removes what nobody references and what is old enough, and tells how many', async (t) => {
      const clock = blobTestClock();
      const store = await opened(t, clock);
      const old = await store.put(Buffer.from('old'));
      const referenced = await store.put(Buffer.from('referenced'));
      clock.advance(999);
      const young = await store.put(Buffer.from('young'));
      const asked = new Set<string>();
      const isReferenced = (digest: string): boolean => {
        asked.add(digest);
        return digest === referenced.digest;
      };
      assert.equal(await store.sweep(isReferenced, 1000), 0);
      clock.advance(1);
      assert.equal(await store.sweep(isReferenced, 1000), 1);
      assert.deepEqual(asked, new Set([old.digest, referenced.digest, young.digest]));
      assert.equal(await store.size(old.digest), undefined);
      assert.equal(await store.size(referenced.digest), 10);
      assert.equal(await store.size(young.digest), 5);
    });

    test('of an empty store removes nothing', async (t) => {
      const store = await opened(t, blobTestClock());
      assert.equal(await store.sweep(nothing, 0), 0);
    });

    test('counts the age from the last put, so that content put again is as young as new content', async (t) => {
      const clock = blobTestClock();
      const store = await opened(t, clock);
      const { digest } = await store.put(Buffer.from('again'));
      clock.advance(5000);
      await store.put(Buffer.from('again'));
      assert.equal(await store.sweep(nothing, 1000), 0);
      assert.equal(await store.size(digest), 5);
    });

    test('never takes a blob away from a put that is under way', async (t) => {
      const clock = blobTestClock();
      const store = await opened(t, clock);
      const contents = Array.from({ length: 12 }, (_, index) => Buffer.from(`content ${index}`));
      await Promise.all(contents.map((content) => store.put(content)));
      clock.advance(60_000);
      // Each is put again while sweeps run that spare no age: what a put has promised must be there from that moment on.
      const promised = new Set<string>();
      const putAgain = async (content: Buffer): Promise<void> => {
        const { digest } = await store.put(Readable.from([content]));
        promised.add(digest);
        assert.equal(await store.size(digest), content.length);
      };
      const sweeps = async (): Promise<void> => {
        for (let round = 0; round < 20; round += 1) await store.sweep((digest) => promised.has(digest), 0);
      };
      await Promise.all([...contents.map(putAgain), sweeps()]);
      for (const content of contents) assert.deepEqual(await buffer(await store.get(sha256(content))), content);
    });
  });
}
