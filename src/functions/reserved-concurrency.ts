import { AwsError } from '#aws/errors.ts';
import type { FunctionRecord } from './function-record.ts';

/** "Lambda always keeps at least 100 for functions without reserved concurrency" (Configuring reserved concurrency). */
export const MIN_UNRESERVED = 100;

/** What others cannot use because of this function. */
export function claimedConcurrency({ reservedConcurrency }: FunctionRecord): number {
  return reservedConcurrency ?? 0;
}

/**
 * The record with that much reserved. `available` is what all other functions leave of the account's limit.
 * @throws AwsError InvalidParameterValueException when too little would be left for the others (recorded by
 *   test_function_concurrency_limits)
 */
export function reserveConcurrency(record: FunctionRecord, reserved: number, available: number): FunctionRecord {
  if (reserved > claimedConcurrency(record) && available - reserved < MIN_UNRESERVED) {
    throw new AwsError(
      'InvalidParameterValueException',
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${MIN_UNRESERVED}].`,
    );
  }
  return record.reservedConcurrency === reserved ? record : { ...record, reservedConcurrency: reserved };
}

/** The record with nothing reserved. */
export function releaseConcurrency(record: FunctionRecord): FunctionRecord {
  if (record.reservedConcurrency === undefined) return record;
  const { reservedConcurrency: _released, ...rest } = record;
  return rest;
}
