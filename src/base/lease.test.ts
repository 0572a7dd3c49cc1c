import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capacity } from './lease.ts';

test('Capacity.tryTake refuses beyond the limit and gives back once per lease', () => {
  const capacity = new Capacity(2);
  const first = capacity.tryTake();
  const second = capacity.tryTake();
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(capacity.tryTake(), undefined);
  first.release();
  first.release();
  assert.equal(capacity.taken, 1);
  assert.ok(capacity.tryTake() !== undefined);
  assert.equal(capacity.tryTake(), undefined);
});
