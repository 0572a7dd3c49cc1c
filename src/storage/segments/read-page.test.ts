import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordQuery } from '#storage/record-log.ts';
import { readPage, type RecordSource } from './read-page.ts';

const ALL: RecordQuery = { fromMs: 0, untilMs: Infinity, direction: 'forward', limit: 100, maxLength: 1_000_000 };
const MIB = 1024 * 1024;

/** Records at these times, in a source that says it is `bytes` long; `read` tells which sources were needed. */
function source(id: string, times: readonly number[], read: string[], bytes = 1): RecordSource {
  return {
    minMs: Math.min(...times),
    maxMs: Math.max(...times),
    bytes,
    read(offer) {
      read.push(id);
      for (const [position, timeMs] of times.entries()) offer(id, 0, timeMs, position, () => `${id}${timeMs}`);
      return Promise.resolve();
    },
  };
}

test('readPage reads no source that cannot hold the next records', async () => {
  const read: string[] = [];
  const sources = [source('a', [1, 2], read), source('b', [3, 9], read), source('c', [5, 6], read), source('d', [20], read)];
  assert.deepEqual(texts(await readPage(sources, { ...ALL, limit: 2 })), ['a1', 'a2']);
  assert.deepEqual(read.splice(0), ['a']);
  // c may hold records before b9.
  assert.deepEqual(texts(await readPage(sources, { ...ALL, limit: 4 })), ['a1', 'a2', 'b3', 'c5']);
  assert.deepEqual(read.splice(0), ['a', 'b', 'c']);
  assert.deepEqual(texts(await readPage(sources, { ...ALL, limit: 2, direction: 'backward' })), ['d20', 'b9']);
  assert.deepEqual(read.splice(0), ['d', 'b']);
  assert.deepEqual(texts(await readPage(sources, { ...ALL, fromMs: 7, untilMs: 20 })), ['b9']);
  assert.deepEqual(read, ['b']);
});

for (const direction of ['forward', 'backward'] as const) {
  test(`readPage stops after a bounded amount and goes on from there, ${direction}`, async () => {
    const read: string[] = [];
    const sources = Array.from({ length: 9 }, (_, n) => source(String(n), [n * 10, n * 10 + 12], read, 20 * MIB));
    const found: string[] = [];
    let calls = 0;
    let page = await readPage(sources, { ...ALL, direction });
    for (;;) {
      calls++;
      found.push(...texts(page));
      if (page.next === undefined) break;
      page = await readPage(sources, { ...ALL, direction, after: page.next });
    }
    const times = found.map((text) => Number(text.slice(1)));
    assert.equal(found.length, 18);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => (direction === 'forward' ? a - b : b - a)),
    );
    assert.ok(calls > 3, String(calls));
  });
}

test('readPage goes on beyond its bound while all sources begin at the same time', async () => {
  const read: string[] = [];
  const sources = Array.from({ length: 5 }, (_, n) => source(String(n), [7, 8 + n], read, 40 * MIB));
  const first = await readPage(sources, { ...ALL, after: { timeMs: 6, position: 0 } });
  const all = [...texts(first)];
  for (let page = first; page.next !== undefined;) {
    page = await readPage(sources, { ...ALL, after: page.next });
    all.push(...texts(page));
  }
  assert.equal(new Set(all).size, 10);
});

test('readPage decodes only messages that can be on the page', async () => {
  let decoded = 0;
  const counted = (each: RecordSource): RecordSource => {
    const { minMs, maxMs, bytes } = each;
    const read: RecordSource['read'] = (offer) =>
      each.read((track, ingestedMs, timeMs, position, message) =>
        offer(track, ingestedMs, timeMs, position, () => {
          decoded++;
          return message();
        }),
      );
    return { minMs, maxMs, bytes, read };
  };
  const sources = [counted(source('a', [1, 2], [])), counted(source('b', [2, 3], []))];
  await readPage(sources, { ...ALL, limit: 2 });
  // b2 shares its time with the last of the page; b3 is beyond it.
  assert.ok(decoded <= 3, String(decoded));
});

function texts(page: { readonly records: readonly { readonly message: string }[] }): readonly string[] {
  return page.records.map((record) => record.message);
}
