import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { agreedWish, wishOf } from './target-tracking.ts';

const POLICY = { targetValue: 0.7 };
const minutes = (count: number, utilization: number): number[] => Array.from({ length: count }, () => utilization);

suite('wishOf', () => {
  test('three minutes over the target scale out to where the load would be at the target', () => {
    assert.deepEqual(wishOf(POLICY, [...minutes(20, 0.1), 0.8, 0.9, 1], 10), { direction: 'out', capacity: 15 });
    assert.deepEqual(wishOf(POLICY, [0.8, 0.8, 0.71], 10), { direction: 'out', capacity: 11 });
    assert.deepEqual(wishOf(POLICY, [1, 1, 1], 1), { direction: 'out', capacity: 2 });
  });

  test('a shorter peak, or one at the target, does not', () => {
    for (const readings of [[1, 1], [1, 0.7, 1], [1, 1, 0.6], minutes(3, 0.7)]) {
      assert.deepEqual(wishOf(POLICY, readings, 10), { direction: 'none' });
    }
  });

  test('fifteen minutes below nine tenths of it scale in, by the highest of them', () => {
    assert.deepEqual(wishOf(POLICY, [...minutes(14, 0), 0.35], 10), { direction: 'in', capacity: 5 });
    assert.deepEqual(wishOf(POLICY, [0.35, ...minutes(14, 0)], 10), { direction: 'in', capacity: 5 });
    assert.deepEqual(wishOf(POLICY, minutes(15, 0), 10), { direction: 'in', capacity: 0 });
    for (const readings of [minutes(14, 0), [...minutes(14, 0), 0.63], [...minutes(14, 0), 0.62].slice(1), [0.9, ...minutes(14, 0)]]) {
      assert.deepEqual(wishOf(POLICY, readings, 10), { direction: 'none' }, String(readings));
    }
  });

  test('not when so few are left that one less would be too few, nor when scaling in is disabled', () => {
    assert.deepEqual(wishOf(POLICY, minutes(15, 0.6), 2), { direction: 'none' });
    assert.deepEqual(wishOf({ ...POLICY, disableScaleIn: true }, minutes(15, 0), 10), { direction: 'none' });
  });

  test('an error in the last digits does not cost an environment', () => {
    assert.deepEqual(wishOf(POLICY, minutes(15, 0.49), 10), { direction: 'in', capacity: 7 });
  });
});

test('agreedWish: the most that is wanted, and less only when all want less', () => {
  const [none, out3, out5, in1, in2] = [
    { direction: 'none' },
    { direction: 'out', capacity: 3 },
    { direction: 'out', capacity: 5 },
    { direction: 'in', capacity: 1 },
    { direction: 'in', capacity: 2 },
  ] as const;
  assert.equal(agreedWish([none, out3, in1, out5, none]), out5);
  assert.equal(agreedWish([out5, out3]), out5);
  assert.equal(agreedWish([in1, in2]), in2);
  assert.equal(agreedWish([in2, in1]), in2);
  assert.equal(agreedWish([in1, none]), none);
  assert.equal(agreedWish([none, in1]), none);
  assert.deepEqual(agreedWish([]), none);
});
