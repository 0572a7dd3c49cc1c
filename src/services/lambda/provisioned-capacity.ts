import type { AccountId } from '#aws/caller.ts';
import type { Clock } from '#base/clock.ts';
import { findAlias } from '#functions/alias.ts';
import type { ConcurrencyLedger } from '#functions/concurrency-ledger.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { findProvisioned, provideConcurrency, withdrawConcurrency } from '#functions/provisioned-concurrency.ts';
import type { ProvisionedState, ProvisionedStates } from './provisioned-configuration.ts';

/** An alias or version of a function, for whoever scales it. */
export interface ScaledVersion {
  readonly accountId: AccountId;
  readonly region: string;
  readonly name: string;
  readonly qualifier: string;
}

/** Provisioned concurrency as something that can be measured and set: what PutProvisionedConcurrencyConfig does, for the daemon itself. */
export class ProvisionedCapacity {
  readonly #deps: ProvisionedCapacityDependencies;

  constructor(deps: ProvisionedCapacityDependencies) {
    this.#deps = deps;
  }

  /** Undefined when there is no such alias or version. */
  read(scaled: ScaledVersion): CapacityReading | undefined {
    const { accountId, region, name, qualifier } = scaled;
    const record = this.#deps.functions.find(accountId, region, name);
    if (record === undefined) return undefined;
    if (findAlias(record, qualifier) === undefined && !Object.hasOwn(record.versions ?? {}, qualifier)) return undefined;
    const requested = findProvisioned(record, qualifier)?.requested ?? 0;
    const state = this.#deps.provisioned.stateOf(scaled, qualifier);
    return {
      requested,
      available: state?.available ?? 0,
      busyMs: state?.busyMs ?? 0,
      inProgress: requested > 0 && (state === undefined || state.status.name === 'IN_PROGRESS'),
    };
  }

  /** @throws AwsError as PutProvisionedConcurrencyConfig does; 0 ends what is provisioned */
  async set(scaled: ScaledVersion, capacity: number): Promise<void> {
    const { qualifier } = scaled;
    const modifiedMs = this.#deps.clock.wallMs();
    const changed = await this.#deps.concurrency.change(scaled, (record, left) =>
      capacity === 0
        ? withdrawConcurrency(record, qualifier)
        : provideConcurrency(record, qualifier, { requested: capacity, modifiedMs }, left),
    );
    if (changed === undefined) throw functionNotFound(scaled, qualifier);
  }
}

export interface ProvisionedCapacityDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
  readonly concurrency: Pick<ConcurrencyLedger, 'change'>;
  readonly provisioned: { stateOf(...target: Parameters<ProvisionedStates['stateOf']>): MeasuredState | undefined };
  readonly clock: Clock;
}

interface MeasuredState extends ProvisionedState {
  readonly busyMs: number;
}

export interface CapacityReading {
  readonly requested: number;
  readonly available: number;
  /** Time that all environments together were busy; grows for ever. */
  readonly busyMs: number;
  readonly inProgress: boolean;
}
