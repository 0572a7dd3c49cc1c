/** What one invocation took, in fractional milliseconds. */
export interface InvocationDurations {
  readonly durationMs: number;
  /** Only for the first invocation of an on-demand environment whose init phase ended well: since August 2025 it is billed. */
  readonly initDurationMs?: number;
}

/**
 * Whole milliseconds to bill: init and duration added, as printed with two decimals, then rounded up; never below 1.
 *
 * Published examples: init 80.00 + 133.61 gives 214, 84.00 + 3016.78 gives 3101 ("AWS Lambda standardizes billing for INIT phase").
 */
export function billedDurationMs(durations: InvocationDurations): number {
  // In hundredths: 100.10 + 99.90 is 200.00000000000003 as a float, and would be billed as 201.
  const hundredths = Math.round(durations.durationMs * 100) + Math.round((durations.initDurationMs ?? 0) * 100);
  return Math.max(1, Math.ceil(hundredths / 100));
}
