import type { Scratch } from './scratch-space.ts';
import type { UidPool } from './uid-pool.ts';

/** What outlives the processes of a sandbox, and can be taken over by a successor: its /tmp, and the user to whom the files belong. */
export class SandboxPlace {
  readonly uid: number;
  readonly #uids: UidPool;
  /** The last one is in use; earlier ones may be given back already. */
  readonly #scratches: Scratch[] = [];
  #userKept = false;
  #released = false;

  constructor(uids: UidPool, uid: number, scratch: Scratch | undefined) {
    this.#uids = uids;
    this.uid = uid;
    if (scratch !== undefined) this.#scratches.push(scratch);
  }

  /** Undefined where /tmp is memory: that ends with the processes. */
  get scratch(): Scratch | undefined {
    return this.#scratches.at(-1);
  }

  get released(): boolean {
    return this.#released;
  }

  /** The one before may be given back now, and is with the place. */
  changeScratch(scratch: Scratch): void {
    this.#scratches.push(scratch);
  }

  /** The user is never given to another place. */
  keepUser(): void {
    this.#userKept = true;
  }

  async release(): Promise<void> {
    this.#released = true;
    const failures: unknown[] = [];
    for (const scratch of this.#scratches) await scratch.release().catch((error: unknown) => failures.push(error));
    if (!this.#userKept) this.#uids.release(this.uid);
    if (failures.length > 0) throw new AggregateError(failures, 'scratch space could not be given back');
  }
}
