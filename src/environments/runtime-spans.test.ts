import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { InvocationTimes } from './invocation-times.ts';
import { runtimeSpans } from './runtime-spans.ts';

test('runtimeSpans: latency until the response began, its duration, and what came after', () => {
  const clock = new ManualClock();
  const times = new InvocationTimes(clock);
  clock.advance(1000);
  times.start();
  clock.advance(10);
  times.responseBegan();
  times.responseGrew(3);
  clock.advance(20);
  times.responseEnded(4);
  clock.advance(5);
  const summary = times.summary(undefined);
  assert.deepEqual(summary, { durationMs: 35, response: { beganMs: 10, endedMs: 30 }, producedBytes: 7, errorType: undefined });
  assert.deepEqual(runtimeSpans(clock.wallMs(), summary), [
    { name: 'responseLatency', start: '2026-11-20T10:00:01.000Z', durationMs: 10 },
    { name: 'responseDuration', start: '2026-11-20T10:00:01.010Z', durationMs: 20 },
    { name: 'runtimeOverhead', start: '2026-11-20T10:00:01.030Z', durationMs: 5 },
  ]);
});

test('runtimeSpans: without a response there are none, also after an invocation that had one', () => {
  const clock = new ManualClock();
  const times = new InvocationTimes(clock);
  times.start();
  times.responseEnded(1);
  times.start();
  assert.deepEqual(runtimeSpans(clock.wallMs(), times.summary('Runtime.Unknown')), []);
});
