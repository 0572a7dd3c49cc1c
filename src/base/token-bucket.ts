/**
 * A rate with a bounded burst: a bucket that refills evenly and starts full. Time is handed in, in monotonic milliseconds, so that
 * taking costs an addition and a comparison.
 */
export class TokenBucket {
  #perSecond: number;
  #burst: number;
  #tokens: number;
  #filledMs: number;

  /** `burst` tokens at most are kept; it is also what there is at the beginning. */
  constructor(options: { readonly perSecond: number; readonly burst: number; readonly nowMs: number }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#tokens = options.burst;
    this.#filledMs = options.nowMs;
  }

  tryTake(nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Changes rate and burst from now on. What a larger bucket has more is there at once, as in a new one. */
  resize(options: { readonly perSecond: number; readonly burst: number; readonly nowMs: number }): void {
    this.#fill(options.nowMs);
    this.#tokens = Math.max(0, Math.min(options.burst, this.#tokens + options.burst - this.#burst));
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
  }

  #fill(nowMs: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#filledMs) * this.#perSecond) / 1000);
    this.#filledMs = nowMs;
  }
}
