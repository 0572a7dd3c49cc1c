import { AwsError } from '#aws/errors.ts';

/** "Lambda always keeps at least 100 for functions without reserved concurrency" (Configuring reserved concurrency). */
export const MIN_UNRESERVED = 100;

/**
 * Refuses to leave too little for the functions that have nothing of their own. `left` is what would be left.
 * @throws AwsError InvalidParameterValueException (recorded by test_function_concurrency_limits, without `Type`)
 */
export function checkUnreserved(left: number, parameter: 'ReservedConcurrentExecutions' | 'ProvisionedConcurrentExecutions'): void {
  if (left >= MIN_UNRESERVED) return;
  throw new AwsError(
    'InvalidParameterValueException',
    `Specified ${parameter} for function decreases account's UnreservedConcurrentExecution below its minimum value of [${MIN_UNRESERVED}].`,
  );
}
