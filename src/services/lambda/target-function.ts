import type { RequestContext } from '#aws/service.ts';
import { findAlias } from '#functions/alias.ts';
import { functionArn } from '#functions/function-arn.ts';
import { resolveFunctionReference, type FunctionReference } from '#functions/function-name.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { accessDenied, functionNotFound, invalidParameter } from '#functions/lambda-errors.ts';

export type FunctionReader = Pick<FunctionRepository, 'find' | 'publishedVersion'>;

interface NamedFunction {
  readonly FunctionName: string | undefined;
  readonly Qualifier?: string | undefined;
}

/**
 * What another account may do to a function, where a resource-based policy allows it; the gateway has asked that before.
 * Source: "Granting function access to other accounts".
 */
const CROSS_ACCOUNT: ReadonlySet<string> = new Set([
  'CreateAlias',
  'DeleteAlias',
  'DeleteFunction',
  'DeleteFunctionConcurrency',
  'GetAlias',
  'GetFunction',
  'GetFunctionConcurrency',
  'GetFunctionConfiguration',
  'GetPolicy',
  'InvokeFunction',
  'ListAliases',
  'ListTags',
  'ListVersionsByFunction',
  'PublishVersion',
  'PutFunctionConcurrency',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateFunctionCode',
]);

/**
 * Resolves the function that an operation names. Those of other accounts are in reach of few operations.
 * @throws AwsError AccessDeniedException
 */
export function resolveOwnFunction(operation: string, input: NamedFunction, context: RequestContext): FunctionReference {
  const reference = resolveFunctionReference(input, { accountId: context.caller.accountId, region: context.region });
  if (reference.accountId !== context.caller.accountId && !CROSS_ACCOUNT.has(operation)) {
    const action = `lambda:${operation}`;
    throw accessDenied(
      `User: ${context.caller.arn} is not authorized to perform: ${action} on resource: ${functionArn(reference, reference.qualifier)}` +
        ` because no resource-based policy allows the ${action} action`,
    );
  }
  return reference;
}

/**
 * The version that a reading operation names by number, by alias or as `$LATEST`, and the qualifier it used. Of an alias with two
 * versions it is the first. @throws AwsError ResourceNotFoundException
 */
export function readTarget(
  operation: string,
  input: NamedFunction,
  context: RequestContext,
  functions: FunctionReader,
): { readonly record: FunctionRecord; readonly version: FunctionVersion; readonly qualifier: string | undefined } {
  const reference = resolveOwnFunction(operation, input, context);
  const { qualifier } = reference;
  const record = functions.find(reference.accountId, reference.region, reference.name);
  const version = record === undefined ? undefined : versionUnder(record, qualifier ?? '$LATEST', functions);
  if (record === undefined || version === undefined) throw functionNotFound(reference, qualifier);
  return { record, version, qualifier };
}

/** What a qualifier shows; undefined when the function has none such. */
export function versionUnder(
  record: FunctionRecord,
  qualifier: string,
  functions: Pick<FunctionRepository, 'publishedVersion'>,
): FunctionVersion | undefined {
  const number = findAlias(record, qualifier)?.version ?? qualifier;
  return number === '$LATEST' ? record.latest : functions.publishedVersion(record, number);
}

/** The function that an operation on functions names. @throws AwsError InvalidParameterValueException for a version or an alias */
export function resolveUnqualified(operation: string, input: NamedFunction, context: RequestContext): FunctionReference {
  const reference = resolveOwnFunction(operation, input, context);
  if (reference.qualifier !== undefined && reference.qualifier !== '$LATEST') {
    throw invalidParameter(
      'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation.' +
        ' Please specify either a function name or an unqualified function ARN.',
    );
  }
  return reference;
}

/** The function that a changing operation names. @throws AwsError ResourceNotFoundException */
export function changeTarget(
  operation: string,
  input: NamedFunction,
  context: RequestContext,
  functions: Pick<FunctionRepository, 'find'>,
): FunctionRecord {
  const reference = resolveUnqualified(operation, input, context);
  const record = functions.find(reference.accountId, reference.region, reference.name);
  if (record === undefined) throw functionNotFound(reference);
  return record;
}
