import type { Lease } from '#base/lease.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import type { ProvisionedEnvironment } from './provisioned-environment.ts';

/** The environments of one version within a provisioned allocation. */
export class ProvisionedShare {
  readonly version: FunctionVersion;
  /** How many there should be; 0 when the allocation has moved on to other versions. */
  wanted = 0;
  /** How many are in their init phase. */
  starting = 0;
  readonly #members = new Set<ProvisionedEnvironment>();
  readonly #idle: ProvisionedEnvironment[] = [];
  readonly #tooOld: (environment: ProvisionedEnvironment) => boolean;

  constructor(version: FunctionVersion, tooOld: (environment: ProvisionedEnvironment) => boolean) {
    this.version = version;
    this.#tooOld = tooOld;
  }

  /** Initialised ones, whether they serve or not. */
  get size(): number {
    return this.#members.size;
  }

  get serving(): number {
    return count(this.#members, ({ lease }) => lease !== undefined);
  }

  get busy(): number {
    return count(this.#members, ({ busy }) => busy);
  }

  /** How many must still be started: old ones need a successor. */
  get missing(): number {
    return Math.max(0, this.wanted - this.#fresh().length - this.starting);
  }

  /** Whether all are initialised. */
  get complete(): boolean {
    return this.#fresh().length >= this.wanted;
  }

  /** An environment that serves and has nothing to do, the most recently used. */
  take(): ProvisionedEnvironment | undefined {
    const taken = this.#idle.pop();
    if (taken !== undefined) taken.busy = true;
    return taken;
  }

  add(environment: ProvisionedEnvironment): void {
    this.#members.add(environment);
  }

  /** Lets one that is prepared serve. False when there is none. */
  activate(lease: () => Lease | undefined): boolean {
    for (const member of this.#members) {
      if (member.lease !== undefined) continue;
      const taken = lease();
      if (taken === undefined) return false;
      member.lease = taken;
      this.#idle.push(member);
      return true;
    }
    return false;
  }

  /** An invocation is over. */
  free(environment: ProvisionedEnvironment): void {
    environment.busy = false;
    this.#idle.push(environment);
  }

  remove(environment: ProvisionedEnvironment): void {
    this.#members.delete(environment);
    const index = this.#idle.indexOf(environment);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  /** Whether the environment must go once it is free. */
  isSurplus(environment: ProvisionedEnvironment): boolean {
    if (this.#members.size <= this.wanted) return false;
    return this.surplus().includes(environment);
  }

  /** What may go now: more than are wanted, and old ones that have their successor. */
  surplus(): readonly ProvisionedEnvironment[] {
    const fresh = this.#fresh();
    const free = fresh.filter(({ busy }) => !busy).toSorted((a, b) => Number(a.lease !== undefined) - Number(b.lease !== undefined));
    const tooMany = free.slice(0, Math.max(0, fresh.length - this.wanted));
    if (fresh.length < this.wanted) return tooMany;
    return [...tooMany, ...[...this.#members].filter((member) => !member.busy && this.#tooOld(member))];
  }

  /** Those that were initialised and do not serve. */
  prepared(): readonly ProvisionedEnvironment[] {
    return [...this.#members].filter(({ lease }) => lease === undefined);
  }

  /** Idle ones whose runtime has died. */
  dead(): readonly ProvisionedEnvironment[] {
    return [...this.#members].filter(({ busy, environment }) => !busy && !environment.ready);
  }

  #fresh(): ProvisionedEnvironment[] {
    return [...this.#members].filter((member) => !this.#tooOld(member));
  }
}

function count(members: Iterable<ProvisionedEnvironment>, matches: (member: ProvisionedEnvironment) => boolean): number {
  let found = 0;
  for (const member of members) if (matches(member)) found += 1;
  return found;
}
