import { invariant } from '#base/invariant.ts';
import type { Logger } from '#base/logger.ts';
import type { SandboxLimits, SandboxRole } from '#sandboxes/sandbox.ts';
import type { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
import type { Cgroup } from './cgroup.ts';
import { SandboxMounts } from './sandbox-mounts.ts';
import type { LateMount } from './sandbox-mounts.ts';
import type { SandboxPlace } from './sandbox-place.ts';
import type { Scratch } from './scratch-space.ts';

/** What a parked sandbox holds that its role may change. */
export interface Parked {
  readonly place: SandboxPlace;
  readonly cgroup: Cgroup;
  readonly limits: SandboxLimits;
}

const MB = 1024 * 1024;

/** Sandboxes that were made before it is known what for. Each gets one role, or dies without. */
export class ParkedSandboxes {
  readonly #parked = new Map<BubblewrapSandbox, Parked>();
  readonly #mounts = new SandboxMounts();
  readonly #takeScratch: (sizeMb: number, uid: number) => Promise<Scratch | undefined>;
  readonly #logger: Logger;

  constructor(takeScratch: (sizeMb: number, uid: number) => Promise<Scratch | undefined>, logger: Logger) {
    this.#takeScratch = takeScratch;
    this.#logger = logger;
  }

  add(sandbox: BubblewrapSandbox, parked: Parked): void {
    this.#parked.set(sandbox, parked);
  }

  forget(sandbox: BubblewrapSandbox): void {
    this.#parked.delete(sandbox);
  }

  /** @throws when it is not parked; when it fails in the midst it cannot be tried again */
  async specialise(sandbox: BubblewrapSandbox, { mounts, memoryMb, scratchMb }: SandboxRole): Promise<void> {
    const parked = this.#parked.get(sandbox);
    this.#parked.delete(sandbox);
    if (parked === undefined) throw new Error(`the sandbox ${sandbox.id} is not parked`);
    const { place, cgroup, limits } = parked;
    const { uid, scratch } = place;
    if (memoryMb < limits.memoryMb) throw new Error(`the sandbox ${sandbox.id} has ${limits.memoryMb} MB of memory already`);
    const late: LateMount[] = mounts.map((mount) => ({ ...mount, readOnly: true, replaces: false }));
    const other = scratchMb === limits.scratchMb ? undefined : await this.#otherScratch(sandbox, place, scratchMb);
    if (other !== undefined) late.push({ source: other.path, target: '/tmp', readOnly: false, replaces: true });
    this.#mounts.add(sandbox.mainPid, uid, late);
    if (memoryMb > limits.memoryMb) cgroup.raiseMemory(memoryMb * MB);
    if (other === undefined) return;
    // Not waited for, and not missed when it fails: it goes with the sandbox then.
    scratch?.release().catch((error: unknown) => this.#logger.warn('/tmp could not be taken back', { error }));
  }

  close(): void {
    this.#mounts.close();
  }

  /** /tmp of another size, which goes with the sandbox. */
  async #otherScratch({ id }: BubblewrapSandbox, place: SandboxPlace, sizeMb: number): Promise<Scratch> {
    if (place.scratch === undefined) throw new Error('/tmp in memory keeps its size');
    const other = await this.#takeScratch(sizeMb, place.uid);
    invariant(other !== undefined, 'what was on disk stays there');
    if (place.released) {
      await other.release();
      throw new Error(`the sandbox ${id} has ended`);
    }
    place.changeScratch(other);
    return other;
  }
}
