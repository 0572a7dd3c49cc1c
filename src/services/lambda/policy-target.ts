import type { RequestContext } from '#aws/service.ts';
import { findAlias } from '#functions/alias.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionReference } from '#functions/function-name.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import { functionNotFound, preconditionFailed, resourceNotFound } from '#functions/lambda-errors.ts';
import { findPolicy, type ResourcePolicy } from '#functions/resource-policy.ts';
import { resolveOwnFunction } from './target-function.ts';

/** What a policy is attached to: a function, a version or an alias. */
export interface PolicyTarget {
  readonly record: FunctionRecord;
  /** `$LATEST` for the function itself. */
  readonly qualifier: string;
  /** Qualified when the request was. */
  readonly arn: string;
}

interface NamedFunction {
  readonly FunctionName: string | undefined;
  readonly Qualifier?: string | undefined;
}

/** @throws AwsError ResourceNotFoundException, for an alias in other words than for a version */
export function policyTarget(
  operation: string,
  input: NamedFunction,
  context: RequestContext,
  functions: { find(accountId: string, region: string, name: string): FunctionRecord | undefined },
): PolicyTarget {
  const reference = resolveOwnFunction(operation, input, context);
  const record = functions.find(reference.accountId, reference.region, reference.name);
  if (record === undefined) throw functionNotFound(reference);
  checkQualifier(record, reference);
  return { record, qualifier: reference.qualifier ?? '$LATEST', arn: functionArn(reference, reference.qualifier) };
}

function checkQualifier(record: FunctionRecord, reference: FunctionReference): void {
  const { qualifier } = reference;
  if (qualifier === undefined || qualifier === '$LATEST') return;
  if (/^\d+$/.test(qualifier)) {
    if (record.versions?.[qualifier] === undefined) throw functionNotFound(reference, qualifier);
  } else if (!/^[a-zA-Z0-9-_]+$/.test(qualifier)) {
    throw resourceNotFound('The resource you requested does not exist.');
  } else if (findAlias(record, qualifier) === undefined) {
    throw resourceNotFound(`Cannot find alias arn: ${functionArn(reference, qualifier)}`);
  }
}

/**
 * Policies have revisions of their own: that of the function or alias is none, also where there is no policy yet.
 * @throws AwsError PreconditionFailedException (recorded by test_lambda_permission_fn_versioning)
 */
export function checkPolicyRevision(record: FunctionRecord, qualifier: string, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === findPolicy(record, qualifier)?.revisionId) return;
  throw preconditionFailed(
    'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
  );
}

/** @throws AwsError ResourceNotFoundException when there is none */
export function presentPolicy(record: FunctionRecord, qualifier: string): ResourcePolicy {
  const policy = findPolicy(record, qualifier);
  if (policy === undefined) throw resourceNotFound('The resource you requested does not exist.');
  return policy;
}
