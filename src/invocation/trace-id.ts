import type { IdSource } from '#base/ids.ts';

/** A trace header has some hundred bytes; it travels on to the runtime, where there is room for so much. */
const MAX_TRACE_HEADER_BYTES = 4096;

/**
 * The X-Ray header of an invocation. What the caller sent goes on; without one the platform starts a trace that is not sampled.
 * Shape: `Root=1-<8 hex: seconds>-<24 hex>;Parent=<16 hex>;Sampled=0`.
 */
export function traceIdFor(sent: string | undefined, ids: IdSource, wallMs: number): string {
  if (sent !== undefined && sent.length <= MAX_TRACE_HEADER_BYTES && sent.includes('Root=')) return sent;
  const seconds = Math.floor(wallMs / 1000)
    .toString(16)
    .padStart(8, '0');
  const random = ids.hex(20);
  return `Root=1-${seconds}-${random.slice(0, 24)};Parent=${random.slice(24)};Sampled=0`;
}
