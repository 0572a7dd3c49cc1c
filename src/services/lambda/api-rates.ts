import type { Clock } from '#base/clock.ts';
import { TokenBucket } from '#base/token-bucket.ts';
import { AwsError } from '#aws/errors.ts';
import type { Operation, RequestContext } from '#aws/service.ts';

/** Requests per second in an account and region. Source: "Lambda quotas", "API requests". All operations that are not named share one. */
const OWN_RATES: ReadonlyMap<string, number> = new Map([
  ['GetFunction', 100],
  ['GetPolicy', 15],
]);
const SHARED_RATE = 15;

/** Invocations have rates of their own, by concurrency. */
const WITHOUT_RATE: ReadonlySet<string> = new Set(['Invoke', 'InvokeAsync', 'InvokeWithResponseStream']);

/** The rates of AWS's control plane, for those who want to see their deployments throttled as there. */
export class ApiRates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The operation, throttled. @throws AwsError TooManyRequestsException (429) when called too often */
  limit(name: string, operation: Operation<never, unknown>): Operation<never, unknown> {
    if (WITHOUT_RATE.has(name)) return operation;
    return (input, context) => {
      if (!this.#bucketOf(name, context).tryTake(this.#clock.monotonicMs())) throw tooOften();
      return operation(input, context);
    };
  }

  #bucketOf(name: string, { caller, region }: RequestContext): TokenBucket {
    const own = OWN_RATES.get(name);
    const key = `${caller.accountId}/${region}/${own === undefined ? '' : name}`;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      const perSecond = own ?? SHARED_RATE;
      bucket = new TokenBucket({ perSecond, burst: perSecond, nowMs: this.#clock.monotonicMs() });
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }
}

function tooOften(): AwsError {
  return new AwsError('TooManyRequestsException', 'Rate exceeded', {
    status: 429,
    members: { Type: 'User', Reason: 'CallerRateLimitExceeded', retryAfterSeconds: '1' },
  });
}
