import type { Clock } from '#base/clock.ts';
import type { Lease } from '#base/lease.ts';
import type { FunctionKey } from '#functions/function-arn.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { AccountCapacity, FunctionCapacity } from './account-capacity.ts';

/**
 * Who may run: a concurrency lease per invocation, or a throttle with its reason. Synchronous, over a grant that is held here (the
 * whole limit of each account and region), for the invoke path.
 *
 * In the order in which AWS checks: the function's reserved concurrency or the account's unreserved one, then ten requests per
 * second for each unit of it; and when a new environment is needed, how fast the function may grow.
 */
export class Admission {
  readonly #options: { readonly accountLimit: number; readonly clock: Clock };
  readonly #accounts = new Map<string, AccountCapacity>();
  readonly #functions = new Map<string, FunctionCapacity>();
  /** Version records are immutable: identity is enough on the warm path. */
  readonly #ofVersion = new WeakMap<FunctionVersion, FunctionCapacity>();

  constructor(options: { readonly accountLimit: number; readonly clock: Clock }) {
    this.#options = options;
  }

  /** Reserved concurrency as the functions have it, now and from now on. */
  follow(functions: Pick<FunctionRepository, 'all' | 'onChanged'>): void {
    for (const record of functions.all()) this.#apply(record, record);
    functions.onChanged((before, after) => {
      const key = after ?? before;
      if (key !== undefined) this.#apply(key, after);
    });
  }

  /** Holds until the environment is free again. @throws AwsError TooManyRequestsException (429) with the reason */
  admit(version: FunctionVersion): Lease {
    return this.#capacityOf(version).take();
  }

  /** Before a new environment on demand is made. @throws AwsError TooManyRequestsException (429) when the function grows too fast */
  admitEnvironment(version: FunctionVersion): void {
    this.#capacityOf(version).takeEnvironment();
  }

  /**
   * For an environment that is kept ready: a lease for as long as it lives, which the invocations that it serves need not take.
   * Resolves when there is room; who comes later does not overtake. @throws the signal's reason
   */
  claim(version: FunctionVersion, signal: AbortSignal): Promise<Lease> {
    return this.#capacityOf(version).claim(signal);
  }

  /**
   * For an invocation on such an environment: it counts against the rate alone.
   * @throws AwsError TooManyRequestsException (429) with the reason
   */
  admitRequest(version: FunctionVersion): void {
    this.#capacityOf(version).takeRequest();
  }

  #apply(key: FunctionKey, record: FunctionRecord | undefined): void {
    const name = functionKey(key);
    const known = this.#functions.get(name);
    if (known === undefined && record?.reservedConcurrency === undefined) return;
    (known ?? this.#function(key)).reserve(record?.reservedConcurrency);
    // What still runs of a deleted function counts for the account alone; a new one of that name begins at none.
    if (record === undefined) this.#functions.delete(name);
  }

  #capacityOf(version: FunctionVersion): FunctionCapacity {
    const known = this.#ofVersion.get(version);
    if (known !== undefined) return known;
    const capacity = this.#function(version);
    this.#ofVersion.set(version, capacity);
    return capacity;
  }

  #function(key: FunctionKey): FunctionCapacity {
    const name = functionKey(key);
    let capacity = this.#functions.get(name);
    if (capacity === undefined) {
      capacity = new FunctionCapacity(this.#account(key));
      this.#functions.set(name, capacity);
    }
    return capacity;
  }

  #account({ accountId, region }: FunctionKey): AccountCapacity {
    const key = `${accountId}/${region}`;
    let capacity = this.#accounts.get(key);
    if (capacity === undefined) {
      const { accountLimit: limit, clock } = this.#options;
      capacity = new AccountCapacity({ limit, clock });
      this.#accounts.set(key, capacity);
    }
    return capacity;
  }
}

function functionKey({ accountId, region, name }: FunctionKey): string {
  return `${accountId}/${region}/${name}`;
}
