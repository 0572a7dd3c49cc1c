import { invariant } from '#base/invariant.ts';
import { closeNetwork } from './network-namespace.ts';
import type { SandboxNetwork } from './network-namespace.ts';

/** Networks made ahead, so that a cold start does not pay for them. Each is used once. */
export class NetworkPool {
  readonly #make: () => Promise<SandboxNetwork>;
  readonly #ready: number;
  readonly #waiting: Promise<SandboxNetwork>[] = [];
  #closed = false;

  constructor(make: () => Promise<SandboxNetwork>, ready: number) {
    this.#make = make;
    this.#ready = ready;
  }

  /** The next one; it is the caller's to close. @throws what making it threw, or when the pool is closed */
  async take(): Promise<SandboxNetwork> {
    invariant(!this.#closed, 'a closed pool makes no networks');
    // What was wrong when one was made ahead may be right by now, and a new one says what is.
    return this.#waiting.shift()?.catch(() => this.#make()) ?? this.#make();
  }

  /** Makes up for what was taken. Costs the main thread half a millisecond for each, so callers choose the moment. */
  fill(): void {
    while (!this.#closed && this.#waiting.length < this.#ready) {
      const making = this.#make();
      // Whoever takes it makes another; until then it is nobody's unhandled rejection.
      making.catch(() => {});
      this.#waiting.push(making);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const result of await Promise.allSettled(this.#waiting.splice(0))) {
      if (result.status === 'fulfilled') closeNetwork(result.value);
    }
  }
}
