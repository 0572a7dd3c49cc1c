import { Semaphore } from '#base/semaphore.ts';
import type { FunctionKey } from './function-arn.ts';
import type { FunctionRecord } from './function-record.ts';
import type { FunctionRepository } from './function-repository.ts';
import { claimedConcurrency } from './reserved-concurrency.ts';

/**
 * How the concurrency of each account and region is divided among its functions. The sum lies across records, so changes of it are
 * made one after the other.
 */
export class ConcurrencyLedger {
  readonly accountLimit: number;
  readonly #functions: Pick<FunctionRepository, 'inRegion' | 'update'>;
  readonly #changing = new Semaphore(1);

  constructor(options: { readonly functions: Pick<FunctionRepository, 'inRegion' | 'update'>; readonly accountLimit: number }) {
    this.#functions = options.functions;
    this.accountLimit = options.accountLimit;
  }

  /** What functions without reserved concurrency share. */
  unreserved(accountId: string, region: string): number {
    let unreserved = this.accountLimit;
    for (const record of this.#functions.inRegion(accountId, region)) unreserved -= record.reservedConcurrency ?? 0;
    return unreserved;
  }

  /**
   * Changes a function's part. `change` gets the record and what the other functions leave of the account's limit. Undefined when
   * the function does not exist.
   */
  change(key: FunctionKey, change: (record: FunctionRecord, available: number) => FunctionRecord): Promise<FunctionRecord | undefined> {
    return this.#changing.run(() => this.#functions.update(key, (record) => change(record, this.#leftByOthers(key))));
  }

  #leftByOthers(key: FunctionKey): number {
    let left = this.accountLimit;
    for (const record of this.#functions.inRegion(key.accountId, key.region)) {
      if (record.name !== key.name) left -= claimedConcurrency(record);
    }
    return left;
  }
}
