import { AwsError } from '#aws/errors.ts';
import type { FunctionRecord } from './function-record.ts';
import { provisionedTotal } from './provisioned-concurrency.ts';
import { checkUnreserved } from './unreserved-concurrency.ts';

/** What others cannot use because of this function: its reservation, of which what is provisioned is a part, or else just that. */
export function claimedConcurrency(record: FunctionRecord): number {
  return record.reservedConcurrency ?? provisionedTotal(record);
}

/**
 * The record with that much reserved. `available` is what all other functions leave of the account's limit.
 * @throws AwsError InvalidParameterValueException when too little would be left for the others, or for what the function has
 *   provisioned (recorded by test_function_concurrency_limits, test_reserved_provisioned_overlap)
 */
export function reserveConcurrency(record: FunctionRecord, reserved: number, available: number): FunctionRecord {
  if (reserved > claimedConcurrency(record)) checkUnreserved(available - reserved, 'ReservedConcurrentExecutions');
  const provisioned = provisionedTotal(record);
  if (reserved < provisioned) {
    // The blanks are AWS's.
    throw new AwsError(
      'InvalidParameterValueException',
      ` ReservedConcurrentExecutions  ${reserved} should not be lower than function's total provisioned concurrency [${provisioned}].`,
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
