import type { Clock } from '#base/clock.ts';
import type { Lease } from '#base/lease.ts';
import type { Logger } from '#base/logger.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import type { Environment } from './environment.ts';
import { ProvisionedEnvironment } from './provisioned-environment.ts';
import { ProvisionedShare } from './provisioned-share.ts';

export interface AllocationOptions {
  readonly environments: {
    provision(version: FunctionVersion): Promise<Environment>;
    discard(environment: Environment): void;
  };
  /** A concurrency lease of the function, as soon as there is room. @throws the signal's reason */
  readonly claim: (version: FunctionVersion, signal: AbortSignal) => Promise<Lease>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** An environment older than this is replaced. */
  readonly maxAgeMs: number;
}

export type AllocationStatus =
  | { readonly name: 'IN_PROGRESS' }
  | { readonly name: 'READY' }
  | { readonly name: 'FAILED'; readonly reason: string };

/** What the API shows of it, and what scaling goes by. */
export interface AllocationState {
  readonly status: AllocationStatus;
  /** Initialised environments. */
  readonly allocated: number;
  /** Those of them that take invocations. */
  readonly available: number;
  /** Sum over all environments of the time in which they were busy; grows for ever. */
  readonly busyMs: number;
}

/**
 * The provisioned concurrency of one alias or version: initialised environments, and a concurrency lease for each that serves.
 *
 * A change begins a new allocation, `IN_PROGRESS`: environments are started and leases claimed, but none of the new ones serves
 * before all are there; meanwhile those of the earlier allocation do, also for a version that the alias no longer leads to. Then it
 * is `READY`: what is too much goes as soon as it is idle, and hands its lease to one that waits. From then on what dies or grows
 * old is replaced. An init phase that fails makes the allocation `FAILED` until the next change; the earlier one serves on.
 */
export class ProvisionedAllocation {
  readonly #options: AllocationOptions;
  readonly #shares = new Map<string, ProvisionedShare>();
  #requested = 0;
  #status: AllocationStatus = { name: 'IN_PROGRESS' };
  /** Leases that no environment holds. */
  readonly #free: Lease[] = [];
  #leases = 0;
  #claiming = 0;
  /** Aborted when another allocation begins. */
  #current = new AbortController();
  #closed = false;
  #busy = 0;
  #busyMs = 0;
  #busySinceMs: number;

  constructor(options: AllocationOptions) {
    this.#options = options;
    this.#busySinceMs = options.clock.monotonicMs();
  }

  get state(): AllocationState {
    const shares = [...this.#shares.values()];
    return {
      status: this.#status,
      allocated: Math.min(
        this.#requested,
        sum(shares, ({ size }) => size),
      ),
      available: Math.min(
        this.#requested,
        sum(shares, ({ serving }) => serving),
      ),
      busyMs: this.#busyMs + this.#busy * (this.#options.clock.monotonicMs() - this.#busySinceMs),
    };
  }

  /** Versions that it has environments of, or starts some of. */
  get versions(): readonly FunctionVersion[] {
    return [...this.#shares.values()].map(({ version }) => version);
  }

  /** Begins a new allocation: so many environments of these versions. */
  allocate(wanted: readonly { readonly version: FunctionVersion; readonly count: number }[]): void {
    this.#current.abort(new Error('another allocation has begun'));
    this.#current = new AbortController();
    this.#status = { name: 'IN_PROGRESS' };
    this.#requested = sum(wanted, ({ count }) => count);
    for (const share of this.#shares.values()) share.wanted = 0;
    for (const { version, count } of wanted) {
      let share = this.#shares.get(version.configurationId);
      if (share === undefined) {
        share = new ProvisionedShare(version, (member) => this.#isTooOld(member));
        this.#shares.set(version.configurationId, share);
      }
      share.wanted += count;
    }
    this.#advance();
  }

  /** An environment of that version that is ready at once. It comes back by itself when its invocation has settled. */
  take(configurationId: string): ProvisionedEnvironment | undefined {
    const share = this.#shares.get(configurationId);
    for (let taken = share?.take(); taken !== undefined; taken = share?.take()) {
      if (taken.environment.ready) {
        this.#countBusy(1);
        return taken;
      }
      taken.busy = false;
      if (share !== undefined) this.#drop(share, taken);
      this.#advance();
    }
    return undefined;
  }

  /** Replaces what has died or grown old, and tries again what could not be replaced. Called every now and then. */
  renew(): void {
    for (const share of this.#shares.values()) for (const dead of share.dead()) this.#drop(share, dead);
    this.#advance();
  }

  /** Ends everything: idle environments now, busy ones when they have finished. */
  close(): void {
    this.allocate([]);
    this.#closed = true;
    this.#current.abort(new Error('nothing is provisioned any more'));
  }

  #advance(): void {
    if (this.#status.name !== 'FAILED') {
      for (const share of this.#shares.values()) {
        for (let missing = share.missing; missing > 0; missing--) void this.#start(share, this.#current.signal);
      }
      for (let missing = this.#requested - this.#leases - this.#claiming; missing > 0; missing--) void this.#claim(this.#current.signal);
    }
    if (this.#status.name === 'IN_PROGRESS' && this.#isComplete()) this.#status = { name: 'READY' };
    if (this.#status.name === 'READY') this.#settle();
    if (this.#status.name === 'FAILED') this.#abandon();
  }

  #isComplete(): boolean {
    return this.#leases >= this.#requested && [...this.#shares.values()].every(({ complete }) => complete);
  }

  /** Lets go what is too much, and those serve that can. */
  #settle(): void {
    for (const [key, share] of this.#shares) {
      for (const surplus of share.surplus()) this.#drop(share, surplus);
      if (share.wanted === 0 && share.size === 0 && share.starting === 0) this.#shares.delete(key);
    }
    while (this.#leases > this.#requested && this.#free.length > 0) this.#release();
    for (const share of this.#shares.values()) while (share.activate(() => this.#free.pop()));
  }

  /** The earlier allocation goes on; what was prepared for this one is of no use. */
  #abandon(): void {
    for (const share of this.#shares.values()) for (const prepared of share.prepared()) this.#drop(share, prepared);
    while (this.#free.length > 0) this.#release();
  }

  #release(): void {
    this.#leases -= 1;
    this.#free.pop()?.release();
  }

  async #start(share: ProvisionedShare, signal: AbortSignal): Promise<void> {
    const { environments, logger } = this.#options;
    const { version } = share;
    share.starting += 1;
    let environment: Environment | undefined;
    try {
      environment = await environments.provision(version);
    } catch (error) {
      if (!this.#closed)
        logger.error('a provisioned environment could not be made', { function: version.name, version: version.version, error });
    }
    share.starting -= 1;
    if (environment?.initFailed === false && !this.#closed) {
      share.add(new ProvisionedEnvironment(environment, (member) => this.#onFree(share, member)));
    } else {
      if (environment !== undefined) environments.discard(environment);
      // What replaces another one that served is tried again when it is time to renew.
      if (!signal.aborted && this.#status.name === 'READY') return;
      if (!signal.aborted) this.#fail(environment === undefined ? 'INTERNAL_FAILURE' : 'FUNCTION_ERROR_INIT_FAILURE');
    }
    this.#advance();
  }

  async #claim(signal: AbortSignal): Promise<void> {
    const [share] = this.#shares.values();
    if (share === undefined) return;
    this.#claiming += 1;
    try {
      this.#free.push(await this.#options.claim(share.version, signal));
      this.#leases += 1;
    } catch (error) {
      if (!signal.aborted) this.#options.logger.error('concurrency could not be claimed', { function: share.version.name, error });
    } finally {
      this.#claiming -= 1;
    }
    this.#advance();
  }

  #fail(reason: string): void {
    this.#status = { name: 'FAILED', reason };
    this.#current.abort(new Error('the allocation has failed'));
  }

  #onFree(share: ProvisionedShare, member: ProvisionedEnvironment): void {
    this.#countBusy(-1);
    share.free(member);
    const lost = !member.environment.ready;
    if (!lost && (this.#status.name !== 'READY' || !share.isSurplus(member))) return;
    this.#drop(share, member);
    this.#advance();
  }

  #drop(share: ProvisionedShare, member: ProvisionedEnvironment): void {
    share.remove(member);
    if (member.lease !== undefined) this.#free.push(member.lease);
    member.lease = undefined;
    this.#options.environments.discard(member.environment);
  }

  #isTooOld({ environment }: ProvisionedEnvironment): boolean {
    return this.#options.clock.monotonicMs() - environment.createdMs >= this.#options.maxAgeMs;
  }

  #countBusy(change: 1 | -1): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#busyMs += this.#busy * (nowMs - this.#busySinceMs);
    this.#busySinceMs = nowMs;
    this.#busy += change;
  }
}

function sum<Item>(items: Iterable<Item>, amount: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += amount(item);
  return total;
}
