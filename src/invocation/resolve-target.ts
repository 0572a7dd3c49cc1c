import type { Chance } from '#base/chance.ts';
import { chooseVersion, findAlias } from '#functions/alias.ts';
import type { FunctionReference } from '#functions/function-name.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';

/** What one invocation runs. */
export interface InvocationTarget {
  readonly record: FunctionRecord;
  /** Look at its `state` before running it. */
  readonly version: FunctionVersion;
  /** Name of the alias that led here. */
  readonly alias?: string;
}

/**
 * Finds what an invocation runs: `$LATEST`, the version of that number, or the one that the alias of that name leads to, by its weights.
 * Each call draws anew. Undefined when there is no such function, version or alias.
 */
export function resolveTarget(
  reference: FunctionReference,
  functions: Pick<FunctionRepository, 'find' | 'publishedVersion'>,
  chance: Chance,
): InvocationTarget | undefined {
  const record = functions.find(reference.accountId, reference.region, reference.name);
  if (record === undefined) return undefined;
  const { qualifier } = reference;
  if (qualifier === undefined || qualifier === '$LATEST') return { record, version: record.serving ?? record.latest };
  const alias = findAlias(record, qualifier);
  const number = alias === undefined ? qualifier : chooseVersion(alias, chance);
  const version = number === '$LATEST' ? (record.serving ?? record.latest) : functions.publishedVersion(record, number);
  if (version === undefined) return undefined;
  return { record, version, ...(alias !== undefined && { alias: alias.name }) };
}
