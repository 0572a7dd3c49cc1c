import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts';
import { parseArn } from '#aws/arn.ts';
import type { Caller } from '#aws/caller.ts';
import { evaluate, evaluateTrust } from '#aws/policy/decide.ts';
import type { EffectivePolicies } from '#aws/policy/decide.ts';
import type { Principal } from '#aws/policy/policy-document.ts';
import type { Operation } from '#aws/service.ts';
import { credentialShape } from '../credential-shape.ts';
import type { AssumableRole, RoleDirectory, RoleSessions } from '../role-sessions.ts';
import { accessDenied, validationError } from '../sts-errors.ts';

export interface AssumeRoleParts {
  readonly roles: RoleDirectory;
  readonly policies: { policiesOf(caller: Caller): EffectivePolicies };
  readonly sessions: RoleSessions;
}

const DEFAULT_SECONDS = 3600;
/** Of a session that another session begins. Source: "Methods to assume a role", role chaining. */
const MAX_CHAINED_SECONDS = 3600;

/**
 * AWS refuses its root users here; ours may, if the role trusts their account, since a local root key is what everybody has.
 */
export function assumeRole({ roles, policies, sessions }: AssumeRoleParts): Operation<AssumeRoleRequest, AssumeRoleResponse> {
  return (input, { caller }) => {
    const roleArn = input.RoleArn ?? '';
    if (parseArn(roleArn)?.service !== 'iam') throw validationError(`${roleArn} is invalid`);
    refuseUnsupported(input);
    const role = roles.findRole(roleArn);
    const actions = (input.Tags ?? []).length > 0 ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'];
    for (const action of actions) {
      if (role === undefined || !mayAssume(role, action, caller, policies.policiesOf(caller))) {
        throw accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: ${roleArn}`);
      }
    }
    if (role === undefined) throw accessDenied('Access denied');
    const durationSeconds = input.DurationSeconds ?? DEFAULT_SECONDS;
    checkDuration(durationSeconds, role, caller);
    const session = sessions.issueFor(role, input.RoleSessionName ?? '', durationSeconds);
    return {
      Credentials: credentialShape(session),
      AssumedRoleUser: { AssumedRoleId: session.caller.userId, Arn: session.caller.arn },
      ...(input.SourceIdentity !== undefined && { SourceIdentity: input.SourceIdentity }),
    };
  };
}

/** What would narrow the session, and cannot be left out of account. */
function refuseUnsupported(input: AssumeRoleRequest): void {
  if (input.Policy !== undefined || (input.PolicyArns ?? []).length > 0)
    throw validationError('Hearth does not support session policies yet.');
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
    throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code.');
  }
}

/**
 * Within an account, a trust policy that names the caller suffices; one that names the account leaves it to the caller's own policies.
 * Across accounts both must allow. Source: "Policy evaluation logic".
 */
function mayAssume(role: AssumableRole, action: string, caller: Caller, policies: EffectivePolicies): boolean {
  const account: readonly Principal[] = [
    { type: 'AWS', id: caller.accountId },
    { type: 'AWS', id: `arn:aws:iam::${caller.accountId}:root` },
  ];
  const self = [caller.arn, caller.userId, ...(caller.kind === 'role-session' ? [caller.roleArn] : [])].map((id) => ({ type: 'AWS', id }));
  if (evaluateTrust(role.trustPolicy, [...account, ...self], action) !== 'allow') return false;
  if (caller.kind === 'root') return true;
  const required = { action, resource: role.arn };
  const own = evaluate(policies.identity, required);
  const boundary = policies.boundary === undefined ? 'allow' : evaluate([policies.boundary], required);
  if (own === 'deny' || boundary === 'deny') return false;
  if (own === 'allow' && boundary === 'allow') return true;
  const sameAccount = parseArn(role.arn)?.accountId === caller.accountId;
  return sameAccount && evaluateTrust(role.trustPolicy, self, action) === 'allow';
}

function checkDuration(durationSeconds: number, role: AssumableRole, caller: Caller): void {
  if (durationSeconds > role.maxSessionSeconds) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  if (caller.kind === 'role-session' && durationSeconds > MAX_CHAINED_SECONDS) {
    throw validationError('The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.');
  }
}
