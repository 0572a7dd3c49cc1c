import { AwsError } from '#aws/errors.ts';
import type { Caller, Requester } from '#aws/caller.ts';
import type { EffectivePolicies } from '#aws/policy/decide.ts';
import { decideAccess } from '#aws/policy/decide-access.ts';
import type { RequiredPermission } from '#aws/service.ts';

/** Decides whether somebody may do what an operation needs. */
export interface Authorizer {
  /**
   * `service` is the one that the request is addressed to, and whose protocol spells the error.
   * @throws AwsError AccessDenied in AWS's words
   */
  authorize(requester: Requester, permission: RequiredPermission, service: string): void;
}

/** The policies that judge a user or role session; none for one that is gone. */
export interface PolicySource {
  policiesOf(caller: Caller): EffectivePolicies;
}

/** Identity-based policies, permissions boundaries and resource-based policies, in the simple form of `aws/policy`. */
export function policyAuthorizer(policies: PolicySource): Authorizer {
  const policiesOf = (requester: Requester): EffectivePolicies =>
    requester.kind === 'anonymous' ? NO_POLICIES : policies.policiesOf(requester);
  return {
    authorize(requester, permission, service) {
      const decision = decideAccess(requester, permission, policiesOf);
      if (decision.allowed) return;
      const { action } = permission;
      // S3 alone has quotes around it.
      const resource = service === 's3' ? `"${permission.resource}"` : permission.resource;
      const user = requester.kind === 'anonymous' ? 'anonymous' : requester.arn;
      throw accessDenied(service, `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${decision.reason}`);
    },
  };
}

const NO_POLICIES: EffectivePolicies = { identity: [], boundary: undefined };

/** Source: "Troubleshoot access denied error messages"; status and code as each protocol's front end gives them. */
function accessDenied(service: string, message: string): AwsError {
  switch (service) {
    case 'iam':
    case 's3':
    case 'sts':
      return new AwsError('AccessDenied', message, { status: 403 });
    case 'application-autoscaling':
    case 'logs':
      return new AwsError('AccessDeniedException', message, { status: 400 });
    default:
      return new AwsError('AccessDeniedException', message, { status: 403 });
  }
}
