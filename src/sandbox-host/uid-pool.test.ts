import assert from 'node:assert/strict';
import { it } from 'node:test';
import { UidPool } from './uid-pool.ts';

it('UidPool gives each id once at a time, and the longest unused next', () => {
  const pool = new UidPool({ first: 100, count: 3 });
  assert.deepEqual([pool.take(), pool.take()], [100, 101]);
  pool.release(100);
  assert.deepEqual([pool.take(), pool.take()], [102, 100]);
  assert.throws(() => pool.take(), /all 3 user ids/);
  pool.release(101);
  assert.equal(pool.take(), 101);
});
