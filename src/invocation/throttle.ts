import { AwsError } from '#aws/errors.ts';

/** Why an invocation is throttled (the model's ThrottleReason). */
export type ThrottleReason =
  | 'ConcurrentInvocationLimitExceeded'
  | 'FunctionInvocationRateLimitExceeded'
  | 'ReservedFunctionConcurrentInvocationLimitExceeded'
  | 'ReservedFunctionInvocationRateLimitExceeded';

/** Of a rate something is left again within a second; when an invocation ends nobody knows, so this is the least to wait. */
const RETRY_AFTER_SECONDS = '1';

/**
 * TooManyRequestsException (429) with `Reason`. `Retry-After` is not sent for reserved concurrency: the recorded answers have none
 * (test_lambda: TestLambdaConcurrency), and as long as the limit is 0 there would be no truth in it.
 */
export function throttled(reason: ThrottleReason): AwsError {
  const retryAfter = reason === 'ReservedFunctionConcurrentInvocationLimitExceeded' ? {} : { retryAfterSeconds: RETRY_AFTER_SECONDS };
  return new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    members: { Type: 'User', Reason: reason, ...retryAfter },
  });
}
