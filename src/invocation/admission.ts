import { Capacity } from '#base/lease.ts';
import type { Lease } from '#base/lease.ts';
import { AwsError } from '#aws/errors.ts';

/**
 * Concurrency of each account and region: a lease per running invocation, or a throttle with its reason. Synchronous, for the
 * invoke path.
 */
export class Admission {
  readonly #accountLimit: number;
  readonly #accounts = new Map<string, Capacity>();

  constructor(options: { readonly accountLimit: number }) {
    this.#accountLimit = options.accountLimit;
  }

  /** @throws AwsError TooManyRequestsException (429) when the account's concurrency is used up */
  admit(accountId: string, region: string): Lease {
    const key = `${accountId}/${region}`;
    let capacity = this.#accounts.get(key);
    if (capacity === undefined) {
      capacity = new Capacity(this.#accountLimit);
      this.#accounts.set(key, capacity);
    }
    const lease = capacity.tryTake();
    if (lease === undefined) throw throttled('ConcurrentInvocationLimitExceeded');
    return lease;
  }
}

/** As recorded (test_lambda: TestLambdaConcurrency). */
function throttled(reason: string): AwsError {
  return new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429, members: { Type: 'User', Reason: reason } });
}
