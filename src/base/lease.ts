/** A piece of capacity that gives itself back. Releasing twice is harmless. */
export interface Lease extends Disposable {
  release(): void;
}

/** A counted capacity with one verb: take now, or be told that there is none. */
export class Capacity {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  tryTake(): Lease | undefined {
    if (this.#taken >= this.#limit) return undefined;
    this.#taken += 1;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#taken -= 1;
    };
    return { release, [Symbol.dispose]: release };
  }
}
