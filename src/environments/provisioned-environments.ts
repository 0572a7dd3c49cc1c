import type { Timer } from '#base/clock.ts';
import type { FunctionKey } from '#functions/function-arn.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { findProvisioned, provisionedShares } from '#functions/provisioned-concurrency.ts';
import { ProvisionedAllocation } from './provisioned-allocation.ts';
import type { AllocationOptions, AllocationState } from './provisioned-allocation.ts';
import type { ProvisionedEnvironment } from './provisioned-environment.ts';

/** How often environments are looked at that may have died or grown old without anybody asking for them. */
const RENEW_MS = 60_000;

type Functions = Pick<FunctionRepository, 'all' | 'onChanged' | 'publishedVersion'>;

/** The provisioned concurrency of all functions: does what their records say. */
export class ProvisionedEnvironments {
  readonly #options: AllocationOptions;
  /** By function, then by alias or version number. */
  readonly #functions = new Map<string, Map<string, Provision>>();
  /** By configuration: what an invocation of that version may run on. */
  readonly #byConfiguration = new Map<string, readonly ProvisionedAllocation[]>();
  #renewing: Timer | undefined;

  constructor(options: AllocationOptions) {
    this.#options = options;
  }

  /** Begins with what the records say now, as after a restart, and follows them from now on. */
  follow(functions: Functions): void {
    for (const record of functions.all()) if (record.provisionedConcurrency !== undefined) this.#apply(record, record, functions);
    functions.onChanged((before, after) => {
      const key = after ?? before;
      if (key === undefined) return;
      if (before?.provisionedConcurrency !== undefined || after?.provisionedConcurrency !== undefined) this.#apply(key, after, functions);
    });
    this.#scheduleRenewal();
  }

  /** An environment that is ready at once; undefined when all are busy, or none is provisioned. */
  take(version: FunctionVersion): ProvisionedEnvironment | undefined {
    for (const allocation of this.#byConfiguration.get(version.configurationId) ?? NONE) {
      const taken = allocation.take(version.configurationId);
      if (taken !== undefined) return taken;
    }
    return undefined;
  }

  /** Undefined where nothing is provisioned. */
  stateOf(key: FunctionKey, qualifier: string): AllocationState | undefined {
    return this.#functions.get(functionPath(key))?.get(qualifier)?.allocation.state;
  }

  close(): void {
    this.#renewing?.cancel();
    for (const provisions of this.#functions.values()) for (const { allocation } of provisions.values()) allocation.close();
    this.#functions.clear();
    this.#byConfiguration.clear();
  }

  #apply(key: FunctionKey, record: FunctionRecord | undefined, functions: Functions): void {
    const path = functionPath(key);
    const provisions = this.#functions.get(path) ?? new Map<string, Provision>();
    for (const provision of provisions.values()) this.#forget(provision);
    for (const [qualifier, { allocation }] of provisions) {
      if (record !== undefined && findProvisioned(record, qualifier) !== undefined) continue;
      allocation.close();
      provisions.delete(qualifier);
    }
    if (record !== undefined) {
      for (const qualifier of Object.keys(record.provisionedConcurrency ?? {})) this.#provide(provisions, record, qualifier, functions);
    }
    for (const provision of provisions.values()) this.#remember(provision);
    if (provisions.size === 0) this.#functions.delete(path);
    else this.#functions.set(path, provisions);
  }

  #provide(provisions: Map<string, Provision>, record: FunctionRecord, qualifier: string, functions: Functions): void {
    const wanted = provisionedShares(record, qualifier).flatMap(({ version, count }) => {
      const found = functions.publishedVersion(record, version);
      return found === undefined ? [] : [{ version: found, count }];
    });
    // A new request begins a new allocation even when it asks for the same; any other change of the record does not.
    const modifiedMs = findProvisioned(record, qualifier)?.modifiedMs ?? 0;
    const stamp = [modifiedMs, ...wanted.map(({ version, count }) => `${version.configurationId} ${count}`)].join();
    const provision = provisions.get(qualifier) ?? { allocation: new ProvisionedAllocation(this.#options), stamp: '', configurations: [] };
    if (provision.stamp === stamp) return;
    provisions.set(qualifier, provision);
    provision.stamp = stamp;
    provision.allocation.allocate(wanted);
  }

  #remember(provision: Provision): void {
    provision.configurations = provision.allocation.versions.map(({ configurationId }) => configurationId);
    for (const id of provision.configurations) {
      this.#byConfiguration.set(id, [...(this.#byConfiguration.get(id) ?? []), provision.allocation]);
    }
  }

  #forget({ allocation, configurations }: Provision): void {
    for (const id of configurations) {
      const rest = (this.#byConfiguration.get(id) ?? []).filter((other) => other !== allocation);
      if (rest.length === 0) this.#byConfiguration.delete(id);
      else this.#byConfiguration.set(id, rest);
    }
  }

  #scheduleRenewal(): void {
    this.#renewing = this.#options.clock.schedule(RENEW_MS, () => {
      for (const provisions of this.#functions.values()) for (const { allocation } of provisions.values()) allocation.renew();
      this.#scheduleRenewal();
    });
  }
}

const NONE: readonly ProvisionedAllocation[] = [];

interface Provision {
  readonly allocation: ProvisionedAllocation;
  /** What it was made from. */
  stamp: string;
  /** Under which it is found. */
  configurations: readonly string[];
}

function functionPath({ accountId, region, name }: FunctionKey): string {
  return `${accountId}/${region}/${name}`;
}
