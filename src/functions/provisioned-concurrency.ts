import { findAlias } from './alias.ts';
import type { FunctionRecord, ProvisionedConcurrency } from './function-record.ts';
import { invalidParameter, resourceConflict } from './lambda-errors.ts';
import { checkUnreserved } from './unreserved-concurrency.ts';

/** Said of `$LATEST`, and of an alias that leads to it. */
export const UNPUBLISHED = 'Provisioned Concurrency Configs cannot be applied to unpublished function versions.';

/** Undefined when nothing is provisioned there. Names such as `constructor` are allowed. */
export function findProvisioned(
  { provisionedConcurrency }: Pick<FunctionRecord, 'provisionedConcurrency'>,
  qualifier: string,
): ProvisionedConcurrency | undefined {
  return provisionedConcurrency !== undefined && Object.hasOwn(provisionedConcurrency, qualifier)
    ? provisionedConcurrency[qualifier]
    : undefined;
}

/** Of all aliases and versions together. */
export function provisionedTotal({ provisionedConcurrency }: Pick<FunctionRecord, 'provisionedConcurrency'>): number {
  return Object.values(provisionedConcurrency ?? {}).reduce((sum, { requested }) => sum + requested, 0);
}

/** How many environments of a version: an alias with two divides by their weights. */
export interface ProvisionedShare {
  readonly version: string;
  readonly count: number;
}

export function provisionedShares(record: FunctionRecord, qualifier: string): readonly ProvisionedShare[] {
  const requested = findProvisioned(record, qualifier)?.requested ?? 0;
  const alias = findAlias(record, qualifier);
  const version = alias?.version ?? qualifier;
  const { routing } = alias ?? {};
  const second = routing === undefined ? 0 : Math.round(requested * routing.weight);
  const shares = [
    { version, count: requested - second },
    { version: routing?.version ?? version, count: second },
  ];
  return shares.filter(({ count }) => count > 0);
}

/**
 * The record with that many provisioned for an alias or version that exists. `available` is what all other functions leave of the
 * account's limit.
 * @throws AwsError InvalidParameterValueException for more than the function or the account has (recorded by
 *   test_reserved_provisioned_overlap); ResourceConflictException for a version that has some already
 */
export function provideConcurrency(
  record: FunctionRecord,
  qualifier: string,
  provisioned: ProvisionedConcurrency,
  available: number,
): FunctionRecord {
  if (findAlias(record, qualifier)?.version === '$LATEST') throw invalidParameter(UNPUBLISHED);
  checkOneOwner(record, qualifier);
  const total = provisionedTotal(record) - (findProvisioned(record, qualifier)?.requested ?? 0) + provisioned.requested;
  const { reservedConcurrency } = record;
  if (reservedConcurrency === undefined) checkUnreserved(available - total, 'ProvisionedConcurrentExecutions');
  else if (total > reservedConcurrency) {
    throw invalidParameter('Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function');
  }
  return { ...record, provisionedConcurrency: { ...record.provisionedConcurrency, [qualifier]: provisioned } };
}

/** The record without what is provisioned there; itself when that is nothing. */
export function withdrawConcurrency(record: FunctionRecord, qualifier: string): FunctionRecord {
  if (findProvisioned(record, qualifier) === undefined) return record;
  const { [qualifier]: _withdrawn, ...others } = record.provisionedConcurrency ?? {};
  const { provisionedConcurrency: _before, ...rest } = record;
  return Object.keys(others).length === 0 ? rest : { ...rest, provisionedConcurrency: others };
}

/** @throws AwsError InvalidParameterValueException when an alias with provisioned concurrency would lead to `$LATEST` */
export function checkProvisionable(record: FunctionRecord, alias: string, version: string): void {
  if (version === '$LATEST' && findProvisioned(record, alias) !== undefined) throw invalidParameter(UNPUBLISHED);
}

/** "Each version of a function can have only one provisioned concurrency configuration", its own or that of an alias. */
function checkOneOwner(record: FunctionRecord, qualifier: string): void {
  const alias = findAlias(record, qualifier);
  if (alias !== undefined) {
    if (findProvisioned(record, alias.version) === undefined) return;
    throw resourceConflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
  }
  const owner = Object.values(record.aliases ?? {}).find(
    ({ name, version }) => version === qualifier && findProvisioned(record, name) !== undefined,
  );
  if (owner !== undefined) throw resourceConflict('Version is pointed by a Provisioned Concurrency alias');
}
