import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Envelope, Request } from './protocol.ts';
import { BATCH_MAX_CHARS, BATCH_MAX_REQUESTS, takeBatch, type RequestBatch } from './request-batch.ts';

const get: Request = { kind: 'get', key: 'a' };
const put = (json: string): Request => ({ kind: 'put', key: 'a', json, expected: 0 });

/** What the batch took, and how many requests it left waiting. */
function take(...requests: readonly Request[]): { readonly batch: RequestBatch; readonly left: number } {
  const waiting: Envelope[] = requests.map((request, index) => ({ id: index + 1, request }));
  const first = waiting.shift();
  assert.ok(first !== undefined);
  return { batch: takeBatch(first, () => waiting.shift()), left: waiting.length };
}

const ids = (envelopes: readonly Envelope[]): readonly number[] => envelopes.map(({ id }) => id);

test('takeBatch takes all that waits, each kind in its order', () => {
  const { batch, left } = take(put('1'), get, { kind: 'delete', key: 'a', expected: 1 }, { kind: 'list', prefix: '', after: '', limit: 1 });
  assert.deepEqual([ids(batch.reads), ids(batch.writes), batch.closing, left], [[2, 4], [1, 3], false, 0]);
});

test('takeBatch leaves what is past its bounds for the next round', () => {
  const many = take(...Array.from({ length: BATCH_MAX_REQUESTS + 3 }, (_, index) => (index % 2 === 0 ? get : put('1'))));
  assert.equal(many.batch.reads.length + many.batch.writes.length, BATCH_MAX_REQUESTS);
  assert.equal(many.left, 3);
  const half = put('x'.repeat(BATCH_MAX_CHARS / 2));
  const large = take(half, half, half);
  assert.deepEqual([large.batch.writes.length, large.left], [2, 1]);
});

test('takeBatch ends with the request to close', () => {
  const { batch } = take(put('1'), { kind: 'close' });
  assert.deepEqual([ids(batch.writes), batch.closing], [[1], true]);
});
