/** Lets at most `limit` holders through at once; the rest wait in order. */
export class Semaphore {
  readonly #limit: number;
  #held = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `work` when it is its turn. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#held >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#held += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The place passes on without being given back, so that nobody overtakes the queue.
      if (next === undefined) this.#held -= 1;
      else next();
    }
  }
}
