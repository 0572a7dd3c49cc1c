import assert from 'node:assert/strict';
import { test } from 'node:test';
import { billedDurationMs } from './billing.ts';

test('billedDurationMs adds the init phase, as in the published examples', () => {
  assert.equal(billedDurationMs({ durationMs: 133.61, initDurationMs: 80 }), 214);
  assert.equal(billedDurationMs({ durationMs: 3016.78, initDurationMs: 84 }), 3101);
});

test('billedDurationMs rounds a warm invocation up to the next millisecond', () => {
  assert.equal(billedDurationMs({ durationMs: 1.01 }), 2);
  assert.equal(billedDurationMs({ durationMs: 3000 }), 3000);
  assert.equal(billedDurationMs({ durationMs: 0.004 }), 1);
});

test('billedDurationMs adds what is printed, free of binary fractions', () => {
  assert.equal(100.1 + 100.2 > 200.3, false);
  assert.equal(billedDurationMs({ durationMs: 0.1 + 0.2, initDurationMs: 0.7 }), 1);
  assert.equal(billedDurationMs({ durationMs: 1.1, initDurationMs: 2.9 }), 4);
  assert.equal(billedDurationMs({ durationMs: 64.1, initDurationMs: 28.9 }), 93);
});
