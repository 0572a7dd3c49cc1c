/** A bounded map: when it is full, the entry that was set longest ago makes room. Setting one again makes it the newest. */
export class RecentlyUsed<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #capacity: number;
  #newest: Key | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Leaves the order alone: the caller says by `set` whether that was a use. */
  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    // The common case, many uses in a row of the same entry, needs no new order.
    if (key !== this.#newest && !this.#entries.delete(key) && this.#entries.size >= this.#capacity) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(key, value);
    this.#newest = key;
  }
}
