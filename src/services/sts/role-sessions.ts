import type { Clock } from '#base/clock.ts';
import { parseArn } from '#aws/arn.ts';
import type { RoleSessionCaller } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import { evaluateTrust } from '#aws/policy/decide.ts';
import type { PolicyDocument } from '#aws/policy/policy-document.ts';
import { parseAccountId } from '#aws/sigv4/access-key-id.ts';
import type { OpenedSession, SessionCredentials, SessionTokens } from './session-token.ts';

/** What STS needs of IAM. */
export interface RoleDirectory {
  findRole(roleArn: string): AssumableRole | undefined;
}

export interface AssumableRole {
  readonly arn: string;
  readonly id: string;
  readonly trustPolicy: PolicyDocument;
  readonly maxSessionSeconds: number;
}

export interface RoleSession extends SessionCredentials {
  readonly caller: Omit<RoleSessionCaller, 'accessKeyId'>;
}

/** Credentials of roles: those that services take on for a function, and the end of AssumeRole. */
export class RoleSessions {
  readonly #roles: RoleDirectory;
  readonly #tokens: SessionTokens;
  readonly #clock: Clock;

  constructor({ roles, tokens, clock }: { readonly roles: RoleDirectory; readonly tokens: SessionTokens; readonly clock: Clock }) {
    this.#roles = roles;
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /** Whether the role exists and its trust policy lets the service (`lambda.amazonaws.com`) assume it. */
  canBeAssumedBy(roleArn: string, servicePrincipal: string): boolean {
    const role = this.#roles.findRole(roleArn);
    return role !== undefined && evaluateTrust(role.trustPolicy, [{ type: 'Service', id: servicePrincipal }], 'sts:AssumeRole') === 'allow';
  }

  /**
   * Credentials for an execution environment of Lambda. A service's sessions are not bound by the role's MaxSessionDuration.
   * @throws AwsError AccessDeniedException when the role is gone, or no longer trusts Lambda
   */
  issue(roleArn: string, sessionName: string, durationSeconds: number): RoleSession {
    const role = this.#roles.findRole(roleArn);
    if (role === undefined || !this.canBeAssumedBy(roleArn, 'lambda.amazonaws.com')) {
      throw new AwsError('AccessDeniedException', 'The role defined for the function cannot be assumed by Lambda.', { status: 403 });
    }
    return this.issueFor(role, sessionName, durationSeconds);
  }

  /** For whoever has been found worthy already. */
  issueFor(role: AssumableRole, sessionName: string, durationSeconds: number): RoleSession {
    const caller = sessionCaller(role, sessionName);
    const nowMs = this.#clock.wallMs();
    const expiresAtMs = nowMs - (nowMs % 1000) + durationSeconds * 1000;
    return { caller, ...this.#tokens.seal({ caller, expiresAtMs }) };
  }

  open(sessionToken: string): OpenedSession | undefined {
    return this.#tokens.open(sessionToken);
  }
}

/** The ARN of a session has the role's name, but not its path. */
function sessionCaller(role: AssumableRole, sessionName: string): Omit<RoleSessionCaller, 'accessKeyId'> {
  const arn = parseArn(role.arn);
  const accountId = parseAccountId(arn?.accountId ?? '');
  if (arn === undefined || accountId === undefined) throw new Error(`invariant violated: ${role.arn} is a role's ARN`);
  const roleName = arn.resource.slice(arn.resource.lastIndexOf('/') + 1);
  return {
    kind: 'role-session',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    roleArn: role.arn,
    sessionName,
  };
}
