import type { Clock } from '#base/clock.ts';
import type { Lease } from '#base/lease.ts';
import { TokenBucket } from '#base/token-bucket.ts';
import { throttled } from './throttle.ts';

/** "10 requests per second for each unit of concurrency" (Lambda quotas), of an account as of a function with reserved concurrency. */
const REQUESTS_PER_SECOND_AND_UNIT = 10;

/** "1,000 execution environment instances every 10 seconds" for each function, refilled evenly ("Lambda scaling behavior"). */
const NEW_ENVIRONMENTS = { perSecond: 100, burst: 1000 } as const;

/**
 * The concurrency of one account in one region. It is divided: what is reserved belongs to one function each, the rest to all the
 * others. A lease counts in one of these pools, and moves with its function from one to the other.
 */
export class AccountCapacity {
  readonly clock: Clock;
  readonly #limit: number;
  readonly #rate: TokenBucket;
  #reserved = 0;
  /** Leases of all functions without reserved concurrency. */
  #inUse = 0;
  /** Claims that wait, in the order in which they came. */
  readonly #waiting: WaitingClaim[] = [];

  constructor(options: { readonly limit: number; readonly clock: Clock }) {
    this.clock = options.clock;
    this.#limit = options.limit;
    this.#rate = new TokenBucket({ ...requestRate(options.limit), nowMs: options.clock.monotonicMs() });
  }

  /** What functions without reserved concurrency share. */
  get unreserved(): number {
    return Math.max(0, this.#limit - this.#reserved);
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** Nobody overtakes those who wait. */
  hasRoom(): boolean {
    return this.#inUse + this.waitingFor(undefined) < this.unreserved;
  }

  takeRequest(): boolean {
    return this.#rate.tryTake(this.clock.monotonicMs());
  }

  count(change: number): void {
    this.#inUse += change;
  }

  changeReserved(change: number): void {
    this.#reserved += change;
    this.#rate.resize({ ...requestRate(this.unreserved), nowMs: this.clock.monotonicMs() });
  }

  /** How many claims wait for the reservation of this function, or, with undefined, for unreserved concurrency. */
  waitingFor(owner: FunctionCapacity | undefined): number {
    // Seldom anything waits: this is on the path of each invocation.
    if (this.#waiting.length === 0) return 0;
    return this.#waiting.filter(({ capacity }) => (capacity.reserved === undefined ? undefined : capacity) === owner).length;
  }

  enqueue(claim: WaitingClaim): void {
    this.#waiting.push(claim);
    this.serveWaiting();
  }

  dequeue(claim: WaitingClaim): void {
    const index = this.#waiting.indexOf(claim);
    if (index !== -1) this.#waiting.splice(index, 1);
  }

  /** Gives room that has become free to those who wait for it. */
  serveWaiting(): void {
    for (let index = 0; index < this.#waiting.length;) {
      const claim = this.#waiting[index];
      const lease = claim?.capacity.tryClaim();
      if (lease === undefined) {
        index += 1;
      } else {
        this.#waiting.splice(index, 1);
        claim?.grant(lease);
      }
    }
  }
}

export interface WaitingClaim {
  readonly capacity: FunctionCapacity;
  readonly grant: (lease: Lease) => void;
}

/** What one function may use: its own reservation, or a share of what is not reserved. */
export class FunctionCapacity {
  readonly #account: AccountCapacity;
  #reserved: number | undefined;
  #inUse = 0;
  #reservedRate: TokenBucket | undefined;
  #scaling: TokenBucket | undefined;

  constructor(account: AccountCapacity) {
    this.#account = account;
  }

  get reserved(): number | undefined {
    return this.#reserved;
  }

  /** A lease for one invocation. @throws AwsError TooManyRequestsException (429) with the reason */
  take(): Lease {
    if (this.#reserved === undefined) {
      if (!this.#account.hasRoom()) throw throttled('ConcurrentInvocationLimitExceeded');
    } else if (this.#inUse + this.#account.waitingFor(this) >= this.#reserved) {
      throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    this.takeRequest();
    return this.#lease();
  }

  /** Counts a request against the rate. @throws AwsError TooManyRequestsException (429) with the reason */
  takeRequest(): void {
    if (this.#reservedRate === undefined) {
      if (!this.#account.takeRequest()) throw throttled('FunctionInvocationRateLimitExceeded');
    } else if (!this.#reservedRate.tryTake(this.#account.clock.monotonicMs())) {
      throw throttled('ReservedFunctionInvocationRateLimitExceeded');
    }
  }

  /** Counts a new environment on demand. @throws AwsError TooManyRequestsException (429) when the function grows too fast */
  takeEnvironment(): void {
    const nowMs = this.#account.clock.monotonicMs();
    this.#scaling ??= new TokenBucket({ ...NEW_ENVIRONMENTS, nowMs });
    if (!this.#scaling.tryTake(nowMs)) throw throttled('FunctionInvocationRateLimitExceeded');
  }

  /** A lease that an environment holds for as long as it lives, as soon as there is room. @throws the signal's reason */
  claim(signal: AbortSignal): Promise<Lease> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        this.#account.dequeue(claim);
        reject(signal.reason as Error);
      };
      const grant = (lease: Lease): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(lease);
      };
      const claim = { capacity: this, grant };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#account.enqueue(claim);
    });
  }

  /** A lease when there is room; those who wait are served in their order, so it asks for nothing else. */
  tryClaim(): Lease | undefined {
    const full = this.#reserved === undefined ? this.#account.inUse >= this.#account.unreserved : this.#inUse >= this.#reserved;
    return full ? undefined : this.#lease();
  }

  /** What runs goes on; the new limit holds for the next. */
  reserve(reserved: number | undefined): void {
    const before = this.#reserved;
    if (reserved === before) return;
    const nowMs = this.#account.clock.monotonicMs();
    this.#reserved = reserved;
    if (reserved === undefined) {
      this.#reservedRate = undefined;
    } else if (this.#reservedRate === undefined) {
      this.#reservedRate = new TokenBucket({ ...requestRate(reserved), nowMs });
    } else {
      this.#reservedRate.resize({ ...requestRate(reserved), nowMs });
    }
    if (before === undefined) this.#account.count(-this.#inUse);
    if (reserved === undefined) this.#account.count(this.#inUse);
    this.#account.changeReserved((reserved ?? 0) - (before ?? 0));
    this.#account.serveWaiting();
  }

  #lease(): Lease {
    this.#count(1);
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#count(-1);
      this.#account.serveWaiting();
    };
    return { release, [Symbol.dispose]: release };
  }

  #count(change: 1 | -1): void {
    this.#inUse += change;
    if (this.#reserved === undefined) this.#account.count(change);
  }
}

function requestRate(units: number): { readonly perSecond: number; readonly burst: number } {
  const perSecond = units * REQUESTS_PER_SECOND_AND_UNIT;
  return { perSecond, burst: perSecond };
}
