import type { Principal, Statement } from '#aws/policy/policy-document.ts';
import { InvalidPolicy, parsePolicyDocument } from '#aws/policy/policy-document.ts';
import { malformedPolicyDocument, quotaExceeded } from './iam-errors.ts';
import { sizeOf } from './policy-holder.ts';

/** Largest trust policy and managed policy, white space not counted ("IAM and AWS STS quotas"). */
const MAX_TRUST_POLICY_BYTES = 2048;
const MAX_MANAGED_POLICY_BYTES = 6144;

/** @throws AwsError MalformedPolicyDocument in IAM's words */
export function checkIdentityPolicy(document: string): void {
  for (const statement of statementsOf(document, 'Syntax errors in policy.')) {
    if (statement.principals !== undefined) throw malformedPolicyDocument('Policy document should not specify a principal.');
    if (statement.resources === undefined) throw malformedPolicyDocument('Policy statement must contain resources.');
    for (const action of statement.actions.patterns) {
      if (action !== '*' && !/^[a-z0-9-]+:/.test(action)) {
        throw malformedPolicyDocument('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
      }
      if (action.split(':').length > 2) throw malformedPolicyDocument('Actions/Condition can contain only one colon.');
    }
    for (const resource of statement.resources.patterns) {
      if (resource !== '*' && !resource.startsWith('arn:')) {
        throw malformedPolicyDocument(`Resource ${resource} must be in ARN format or "*".`);
      }
    }
  }
}

/** @throws AwsError MalformedPolicyDocument, LimitExceeded */
export function checkManagedPolicy(document: string): void {
  checkIdentityPolicy(document);
  if (sizeOf(document) > MAX_MANAGED_POLICY_BYTES) throw quotaExceeded('PolicySize', MAX_MANAGED_POLICY_BYTES);
}

/** @throws AwsError MalformedPolicyDocument, LimitExceeded */
export function checkTrustPolicy(document: string): void {
  for (const statement of statementsOf(document, 'This policy contains invalid Json')) {
    if (statement.resources !== undefined) throw malformedPolicyDocument('Has prohibited field Resource');
    if (statement.principals === undefined) throw malformedPolicyDocument('Missing required field Principal');
    if (statement.actions.patterns.some((action) => !action.startsWith('sts:'))) {
      throw malformedPolicyDocument('AssumeRole policy may only specify STS AssumeRole actions.');
    }
    for (const principal of statement.principals.principals) checkPrincipal(principal);
  }
  if (sizeOf(document) > MAX_TRUST_POLICY_BYTES) throw quotaExceeded('ACLSizePerRole', MAX_TRUST_POLICY_BYTES);
}

function statementsOf(document: string, notJson: string): readonly Statement[] {
  try {
    const { statements } = parsePolicyDocument(document);
    if (statements.length === 0) throw new InvalidPolicy('Syntax errors in policy.');
    return statements;
  } catch (error) {
    if (!(error instanceof InvalidPolicy)) throw error;
    throw malformedPolicyDocument(error.cause instanceof SyntaxError ? notJson : error.message);
  }
}

/** Form only: that a principal exists is not asked, since templates create both ends in any order. */
function checkPrincipal({ type, id }: Principal): void {
  const valid =
    type === 'AWS'
      ? /^(?:\*|\d{12}|A(?:ID|RO|GP)A[A-Z0-9]{12,}|arn:[a-z-]+:(?:iam|sts)::\d{12}:.+)$/.test(id)
      : type !== 'Service' || /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(id);
  if (!valid) throw malformedPolicyDocument(`Invalid principal in policy: "${type === 'Service' ? 'SERVICE' : type}":"${id}"`);
}
