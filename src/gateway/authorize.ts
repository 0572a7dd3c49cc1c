import { AwsError } from '#aws/errors.ts';
import type { Caller } from '#aws/caller.ts';
import type { EffectivePolicies } from '#aws/policy/decide.ts';
import { decide } from '#aws/policy/decide.ts';
import type { RequiredPermission } from '#aws/service.ts';

/** Decides whether a caller may do what an operation needs. */
export interface Authorizer {
  /**
   * `service` is the one that the request is addressed to, and whose protocol spells the error.
   * @throws AwsError AccessDenied in AWS's words
   */
  authorize(caller: Caller, permission: RequiredPermission, service: string): void;
}

/** The policies that judge a caller; none for a user or role that is gone. */
export interface PolicySource {
  policiesOf(caller: Caller): EffectivePolicies;
}

/** The simple form: identity-based policies and permissions boundaries, without conditions. Root may do all. */
export function simpleAuthorizer(policies: PolicySource): Authorizer {
  return {
    authorize(caller, permission, service) {
      if (caller.kind === 'root') return;
      const decision = decide(policies.policiesOf(caller), permission);
      if (decision.allowed) return;
      throw accessDenied(
        service,
        `User: ${caller.arn} is not authorized to perform: ${permission.action} on resource: ${permission.resource} ${decision.reason}`,
      );
    },
  };
}

/** Source: "Troubleshoot access denied error messages"; status and code as each protocol's front end gives them. */
function accessDenied(service: string, message: string): AwsError {
  switch (service) {
    case 'iam':
    case 'sts':
      return new AwsError('AccessDenied', message, { status: 403 });
    case 'logs':
      return new AwsError('AccessDeniedException', message, { status: 400 });
    default:
      return new AwsError('AccessDeniedException', message, { status: 403 });
  }
}
