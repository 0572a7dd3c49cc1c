import type { Clock } from '#base/clock.ts';
import type { RuntimeTimes } from './runtime-contract.ts';

/** When a runtime did what with the running invocation. */
export class InvocationTimes {
  readonly #clock: Clock;
  #startedMs = 0;
  #beganMs: number | undefined;
  #endedMs = 0;
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    this.#startedMs = this.#clock.monotonicMs();
    this.#beganMs = undefined;
    this.#bytes = 0;
  }

  elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs;
  }

  /** Only of a response that comes in chunks. */
  responseBegan(): void {
    this.#beganMs = this.#clock.monotonicMs();
  }

  responseGrew(bytes: number): void {
    this.#bytes += bytes;
  }

  /** `bytes`: those that came with the end. */
  responseEnded(bytes: number): void {
    this.#bytes += bytes;
    this.#endedMs = this.#clock.monotonicMs();
    this.#beganMs ??= this.#endedMs;
  }

  summary(errorType: string | undefined): RuntimeTimes {
    const began = this.#beganMs;
    return {
      durationMs: this.elapsedMs(),
      response: began === undefined ? undefined : { beganMs: began - this.#startedMs, endedMs: this.#endedMs - this.#startedMs },
      producedBytes: this.#bytes,
      errorType,
    };
  }
}
