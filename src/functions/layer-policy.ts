import type { AccountId } from '#aws/caller.ts';
import { parseArn, partitionOf } from '#aws/arn.ts';
import type { IdSource } from '#base/ids.ts';
import { AwsError } from '#aws/errors.ts';
import { preconditionFailed, resourceConflict, resourceNotFound } from './lambda-errors.ts';
import { layerVersionArn, type LayerVersion } from './layer-version.ts';

/** Who else may get a layer version, and use it. There is at least one statement. */
export interface LayerPolicy {
  readonly revisionId: string;
  readonly statements: readonly LayerStatement[];
}

export interface LayerStatement {
  readonly sid: string;
  /** The only action that a layer can permit. */
  readonly action: 'lambda:GetLayerVersion';
  /** An account, or everybody. */
  readonly principal: '*' | AccountId;
  /** Narrows the principal to accounts of an organization. */
  readonly organizationId?: string;
}

/** Lambda quotas: a resource-based policy, 20 KB. */
const MAX_POLICY_BYTES = 20_480;

/** Account of `111122223333` and `arn:aws:iam::111122223333:root`; the star stays. The model's pattern allows nothing else. */
export function layerPrincipal(text: string): LayerStatement['principal'] {
  return text === '*' ? '*' : ((parseArn(text)?.accountId ?? text) as AccountId);
}

/**
 * The layer version with one statement more.
 * @throws AwsError ResourceConflictException when its id is taken, PreconditionFailedException when the caller has seen another policy
 *   (both recorded by test_layer_policy_exceptions), PolicyLengthExceededException beyond 20 KB
 */
export function addLayerStatement(version: LayerVersion, statement: LayerStatement, change: PolicyChange): LayerVersion {
  const statements = version.policy?.statements ?? [];
  if (statements.some(({ sid }) => sid === statement.sid)) {
    throw resourceConflict(
      `The statement id (${statement.sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  checkPolicyRevision(version, change.expectedRevisionId);
  const changed = { ...version, policy: { revisionId: change.ids.uuid(), statements: [...statements, statement] } };
  const sizeBytes = Buffer.byteLength(layerPolicyText(changed, changed.policy));
  if (sizeBytes > MAX_POLICY_BYTES) {
    const message = `The final policy size (${sizeBytes}) is bigger than the limit (${MAX_POLICY_BYTES}).`;
    throw new AwsError('PolicyLengthExceededException', message, { members: { Type: 'User' } });
  }
  return changed;
}

/**
 * The layer version without a statement; the last one takes the policy with it.
 * @throws AwsError PreconditionFailedException, ResourceNotFoundException (both recorded by test_layer_policy_exceptions)
 */
export function removeLayerStatement(version: LayerVersion, sid: string, change: PolicyChange): LayerVersion {
  const { policy, ...rest } = version;
  if (policy === undefined) throw noPolicy();
  checkPolicyRevision(version, change.expectedRevisionId);
  const statements = policy.statements.filter((statement) => statement.sid !== sid);
  if (statements.length === policy.statements.length) throw resourceNotFound(`Statement ${sid} is not found in resource policy.`);
  return statements.length === 0 ? rest : { ...rest, policy: { revisionId: change.ids.uuid(), statements } };
}

export interface PolicyChange {
  /** What the caller has seen, when it says so. */
  readonly expectedRevisionId: string | undefined;
  readonly ids: IdSource;
}

/** Recorded by test_layer_policy_exceptions. */
export function noPolicy(): AwsError {
  return resourceNotFound('No policy is associated with the given resource.');
}

/**
 * Whether an account may get the version, and have it in its functions: its own account, and those that the policy names. No account
 * here is in an organization, so a statement for one permits nobody.
 */
export function mayGetLayerVersion(version: LayerVersion, accountId: string): boolean {
  if (version.accountId === accountId) return true;
  return (version.policy?.statements ?? []).some(
    ({ principal, organizationId }) => organizationId === undefined && (principal === '*' || principal === accountId),
  );
}

/** The policy document as GetLayerVersionPolicy answers it: JSON text. */
export function layerPolicyText(version: LayerVersion, { statements }: LayerPolicy): string {
  const Statement = statements.map((statement) => statementDocument(version, statement));
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement });
}

/** One statement as AddLayerVersionPermission answers it: JSON text. */
export function layerStatementText(version: LayerVersion, statement: LayerStatement): string {
  return JSON.stringify(statementDocument(version, statement));
}

function statementDocument(version: LayerVersion, { sid, action, principal, organizationId }: LayerStatement): object {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: principal === '*' ? '*' : { AWS: `arn:${partitionOf(version.region)}:iam::${principal}:root` },
    Action: action,
    Resource: layerVersionArn(version),
    ...(organizationId !== undefined && { Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } } }),
  };
}

function checkPolicyRevision({ policy }: LayerVersion, expected: string | undefined): void {
  if (expected === undefined || expected === policy?.revisionId) return;
  throw preconditionFailed(
    'The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id',
  );
}
