/** User ids of the host that nobody has: each sandbox gets one of its own, so that none can touch another's processes or files. */
export class UidPool {
  readonly #first: number;
  readonly #count: number;
  readonly #used = new Set<number>();
  #next = 0;

  constructor(range: UidRange) {
    this.#first = range.first;
    this.#count = range.count;
  }

  /** The one that was free for the longest time. @throws when all are in use */
  take(): number {
    for (let tried = 0; tried < this.#count; tried += 1) {
      const uid = this.#first + this.#next;
      this.#next = (this.#next + 1) % this.#count;
      if (this.#used.has(uid)) continue;
      this.#used.add(uid);
      return uid;
    }
    throw new Error(`all ${this.#count} user ids of sandboxes are in use`);
  }

  /** Only once no process runs as `uid` any more. */
  release(uid: number): void {
    this.#used.delete(uid);
  }
}

export interface UidRange {
  readonly first: number;
  readonly count: number;
}

/** Above what distributions give to people and services (65535), and apart from /etc/subuid's usual 100000 to 165535. */
export const SANDBOX_UIDS: UidRange = { first: 200_000, count: 20_000 };
