import type { Span } from '#telemetry/platform-events.ts';
import type { RuntimeTimes } from './runtime-contract.ts';

/** What `platform.runtimeDone` says of the parts of an invocation that ended at `endMs`, wall time. None without a response. */
export function runtimeSpans(endMs: number, { durationMs, response }: RuntimeTimes): readonly Span[] {
  if (response === undefined) return [];
  const { beganMs, endedMs } = response;
  const span = (name: string, fromMs: number, toMs: number): Span => ({
    name,
    start: new Date(endMs - durationMs + fromMs).toISOString(),
    durationMs: Math.round((toMs - fromMs) * 1000) / 1000,
  });
  return [span('responseLatency', 0, beganMs), span('responseDuration', beganMs, endedMs), span('runtimeOverhead', endedMs, durationMs)];
}
