import type { AwsError } from '#aws/errors.ts';
import type { IdSource } from '#base/ids.ts';
import { preconditionFailed, resourceConflict, resourceNotFound } from './lambda-errors.ts';
import type { LayerVersion } from './layer-version.ts';
import { replaceStatements, statementsOf, type StatementJson } from './resource-policy.ts';

export interface LayerPolicyChange {
  /** What the caller has seen, when it says so. */
  readonly expectedRevisionId: string | undefined;
  readonly ids: Pick<IdSource, 'uuid'>;
}

/**
 * The layer version with one statement more in its policy.
 * @throws AwsError ResourceConflictException when its id is taken, PreconditionFailedException when the caller has seen another policy
 *   (both recorded by test_layer_policy_exceptions), PolicyLengthExceededException
 */
export function addLayerStatement(version: LayerVersion, statement: StatementJson, change: LayerPolicyChange): LayerVersion {
  const statements = statementsOf(version.policy);
  if (statements.some(({ Sid }) => Sid === statement.Sid)) {
    throw resourceConflict(
      `The statement id (${String(statement.Sid)}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  checkPolicyRevision(version, change.expectedRevisionId);
  return withStatements(version, [...statements, statement], change);
}

/**
 * The layer version without a statement; the last one takes the policy with it.
 * @throws AwsError PreconditionFailedException, ResourceNotFoundException (both recorded by test_layer_policy_exceptions)
 */
export function removeLayerStatement(version: LayerVersion, sid: string, change: LayerPolicyChange): LayerVersion {
  if (version.policy === undefined) throw noLayerPolicy();
  checkPolicyRevision(version, change.expectedRevisionId);
  const statements = statementsOf(version.policy);
  const remaining = statements.filter(({ Sid }) => Sid !== sid);
  if (remaining.length === statements.length) throw resourceNotFound(`Statement ${sid} is not found in resource policy.`);
  return withStatements(version, remaining, change);
}

/** Recorded by test_layer_policy_exceptions. */
export function noLayerPolicy(): AwsError {
  return resourceNotFound('No policy is associated with the given resource.');
}

function withStatements(
  { policy, ...version }: LayerVersion,
  statements: readonly StatementJson[],
  { ids }: LayerPolicyChange,
): LayerVersion {
  const changed = replaceStatements(policy, statements, ids);
  return { ...version, ...(changed !== undefined && { policy: changed }) };
}

function checkPolicyRevision({ policy }: LayerVersion, expected: string | undefined): void {
  if (expected === undefined || expected === policy?.revisionId) return;
  throw preconditionFailed(
    'The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id',
  );
}
