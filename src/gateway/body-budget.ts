/** A body of this size costs hardly more than the connection that it came by, whose number is bounded. It is not counted. */
export const SMALL_BODY_BYTES = 65_536;

/** Of all request bodies that are held at once: seven of the largest uploads. */
const DEFAULT_LIMIT_BYTES = 512 * 1024 * 1024;

/** The memory that request bodies may take together, while they are received and until they are answered. */
export class BodyBudget {
  readonly #limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes = DEFAULT_LIMIT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** For one request; it holds nothing yet. */
  lease(): BodyLease {
    return new BodyLease(this);
  }

  tryTake(bytes: number): boolean {
    if (this.#heldBytes + bytes > this.#limitBytes) return false;
    this.#heldBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#heldBytes -= bytes;
  }
}

/** What one body holds of the budget. Grows with what has arrived, not with what was announced, which costs a client nothing. */
export class BodyLease implements Disposable {
  readonly #budget: BodyBudget;
  #bytes = 0;

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** Whether there is room for a body of `bytes` in all. */
  growTo(bytes: number): boolean {
    if (bytes <= SMALL_BODY_BYTES) return true;
    if (!this.#budget.tryTake(bytes - this.#bytes)) return false;
    this.#bytes = bytes;
    return true;
  }

  /** Gives everything back. Twice is harmless. */
  [Symbol.dispose](): void {
    this.#budget.giveBack(this.#bytes);
    this.#bytes = 0;
  }
}
