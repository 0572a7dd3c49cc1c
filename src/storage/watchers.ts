import type { StoredChange } from './stored-document.ts';

/** One open watch. Its owner delivers the snapshot itself; `Watchers` delivers what comes after. */
export class Watcher {
  readonly prefix: string;
  readonly #listener: (change: StoredChange) => void;
  #closed = false;

  constructor(prefix: string, listener: (change: StoredChange) => void) {
    this.prefix = prefix;
    this.#listener = listener;
  }

  /** Does nothing once closed. Throws what the listener throws. */
  deliver(change: StoredChange): void {
    if (!this.#closed) this.#listener(change);
  }

  close(): void {
    this.#closed = true;
  }
}

/** The open watches of one store, in the order in which they were opened. */
export class Watchers {
  readonly #open = new Set<Watcher>();
  readonly #raise: (error: unknown) => void;

  /** `raise` gets what a listener throws; the other listeners and the write itself are not disturbed by it. */
  constructor(raise: (error: unknown) => void = raiseUncaught) {
    this.#raise = raise;
  }

  add(watcher: Watcher): void {
    this.#open.add(watcher);
  }

  remove(watcher: Watcher): void {
    watcher.close();
    this.#open.delete(watcher);
  }

  removeAll(): void {
    for (const watcher of this.#open) this.remove(watcher);
  }

  deliver(key: string, change: StoredChange): void {
    for (const watcher of this.#open) {
      if (!key.startsWith(watcher.prefix)) continue;
      try {
        watcher.deliver(change);
      } catch (error) {
        this.#raise(error);
      }
    }
  }
}

/** As an EventTarget does: a cache that missed a change must not live on unnoticed. */
function raiseUncaught(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
