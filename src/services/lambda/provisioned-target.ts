import type { RequestContext } from '#aws/service.ts';
import { findAlias } from '#functions/alias.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionReference } from '#functions/function-name.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import { functionNotFound, invalidParameter, resourceNotFound } from '#functions/lambda-errors.ts';
import { resolveOwnFunction } from './target-function.ts';

/** An alias or published version, as an operation on provisioned concurrency names it. */
export interface ProvisionedReference extends FunctionReference {
  readonly qualifier: string;
}

const NUMBER = /^\d+$/;

/**
 * Resolves the function and the qualifier, whether they exist or not; `notPublished` is said of `$LATEST`.
 * @throws AwsError InvalidParameterValueException for `$LATEST`
 */
export function resolveProvisioned(
  operation: string,
  input: { readonly FunctionName: string | undefined; readonly Qualifier: string | undefined },
  context: RequestContext,
  notPublished = 'The function resource provided must be an alias or a published version.',
): ProvisionedReference {
  const reference = resolveOwnFunction(operation, input, context);
  const { qualifier = '$LATEST' } = reference;
  if (qualifier === '$LATEST') throw invalidParameter(notPublished);
  return { ...reference, qualifier };
}

/**
 * The record, when there are both the function and what is named of it. An alias is missed as such even where there is no function
 * (recorded by test_provisioned_concurrency_exceptions).
 * @throws AwsError ResourceNotFoundException
 */
export function checkProvisionedTarget(record: FunctionRecord | undefined, reference: ProvisionedReference): FunctionRecord {
  const { qualifier } = reference;
  if (NUMBER.test(qualifier)) {
    if (record?.versions?.[qualifier] === undefined) throw functionNotFound(reference, qualifier);
    return record;
  }
  if (record !== undefined && findAlias(record, qualifier) !== undefined) return record;
  throw resourceNotFound(`Cannot find alias arn: ${functionArn(reference, qualifier)}`);
}
