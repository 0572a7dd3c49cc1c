import type { Clock } from '#base/clock.ts';
import type { Caller } from '#aws/caller.ts';
import type { EffectivePolicies } from '#aws/policy/decide.ts';
import type { OperationTable, Service } from '#aws/service.ts';
import { assumeRole } from './operations/assume-role.ts';
import { assumeRoleWithWebIdentity } from './operations/assume-role-with-web-identity.ts';
import { getAccessKeyInfo } from './operations/get-access-key-info.ts';
import { getCallerIdentity } from './operations/get-caller-identity.ts';
import { getSessionToken } from './operations/get-session-token.ts';
import type { RoleDirectory, RoleSessions } from './role-sessions.ts';
import type { SessionTokens } from './session-token.ts';

export interface StsServiceParts {
  readonly roles: RoleDirectory;
  /** What identity-based policies judge a caller by. */
  readonly policies: { policiesOf(caller: Caller): EffectivePolicies };
  readonly sessions: RoleSessions;
  readonly tokens: SessionTokens;
  readonly clock: Clock;
}

/** Who am I, and temporary credentials. */
export function stsService({ roles, policies, sessions, tokens, clock }: StsServiceParts): Service {
  const operations: OperationTable = {
    AssumeRole: assumeRole({ roles, policies, sessions }),
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity(),
    GetAccessKeyInfo: getAccessKeyInfo(),
    GetCallerIdentity: getCallerIdentity(),
    GetSessionToken: getSessionToken({ tokens, clock }),
  };
  return {
    name: 'sts',
    operations,
    // AssumeRole weighs the caller's policies together with the role's own; the others but one need no permission on AWS either.
    permissions: (operation) => (operation === 'GetAccessKeyInfo' ? [{ action: 'sts:GetAccessKeyInfo', resource: '*' }] : []),
  };
}
