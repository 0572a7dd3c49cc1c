import type { RequestContext } from '#aws/service.ts';
import { findAlias } from '#functions/alias.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { findUrl, type FunctionUrl } from '#functions/function-url.ts';
import { resourceNotFound } from '#functions/lambda-errors.ts';
import { resolveOwnFunction } from './target-function.ts';

interface NamedFunction {
  readonly FunctionName: string | undefined;
  readonly Qualifier?: string | undefined;
}

type Functions = Pick<FunctionRepository, 'find'>;

/** What has, or may have, a URL: a function or an alias. Undefined when there is no such function. */
export function urlTarget(
  operation: string,
  input: NamedFunction,
  context: RequestContext,
  functions: Functions,
): { readonly record: FunctionRecord; readonly qualifier: string } | undefined {
  const reference = resolveOwnFunction(operation, input, context);
  const record = functions.find(reference.accountId, reference.region, reference.name);
  return record === undefined ? undefined : { record, qualifier: reference.qualifier ?? '$LATEST' };
}

/** For operations that change it. @throws AwsError ResourceNotFoundException when there is no function or alias (recorded by test_url_config_exceptions) */
export function changeableUrlTarget(...named: Parameters<typeof urlTarget>): NonNullable<ReturnType<typeof urlTarget>> {
  const target = urlTarget(...named);
  if (target === undefined) throw functionMissing();
  return target;
}

/** @throws AwsError ResourceNotFoundException */
export function checkAlias(record: FunctionRecord, qualifier: string): void {
  if (qualifier !== '$LATEST' && findAlias(record, qualifier) === undefined) throw functionMissing();
}

/** @throws AwsError ResourceNotFoundException */
export function presentUrl(record: FunctionRecord, qualifier: string): FunctionUrl {
  const url = findUrl(record, qualifier);
  if (url === undefined) throw urlMissing();
  return url;
}

export function functionMissing(): Error {
  return resourceNotFound('Function does not exist');
}

export function urlMissing(): Error {
  return resourceNotFound('The resource you requested does not exist.');
}
