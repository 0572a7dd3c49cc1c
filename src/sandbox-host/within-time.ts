import type { Clock } from '#base/clock.ts';

export interface TimeLimit<T> {
  readonly clock: Clock;
  readonly limitMs: number;
  /** For the error. */
  readonly what: string;
  /** Takes back what arrives after all. */
  readonly onLate: (value: T) => void;
}

/** Gives up on work that cannot be interrupted, such as a wait for a disk that does not answer. @throws when the time is over */
export async function withinTime<T>(work: Promise<T>, { clock, limitMs, what, onLate }: TimeLimit<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = clock.schedule(limitMs, () => {
    reject(new Error(`${what} took longer than ${limitMs} ms`));
    // What fails later was reported as late, and has nothing to take back.
    work.then(onLate, () => {});
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    timer.cancel();
  }
}
