import type { Requester } from '#aws/caller.ts';
import type { RequiredPermission } from '#aws/service.ts';
import type { ConditionValues } from './conditions.ts';
import { decide, effectOf, evaluateBoundary, explicitDeny, isSimple, notAllowed } from './decide.ts';
import type { Decision, EffectivePolicies } from './decide.ts';
import type { PolicyDocument, Principal, Statement } from './policy-document.ts';
import { requestValues } from './request-values.ts';

const ALLOWED: Decision = { allowed: true };

/**
 * Identity-based and resource-based policies together. Within an account either may allow; across accounts both must; services and
 * the public have no policies of their own. An explicit Deny wins. `policies` is asked for users and role sessions only.
 * Source: "Policy evaluation logic", "Cross-account policy evaluation logic".
 */
export function decideAccess(
  requester: Requester,
  permission: RequiredPermission,
  policies: (requester: Requester) => EffectivePolicies,
): Decision {
  const document = permission.resourcePolicy?.();
  const own = requester.kind !== 'anonymous' && (permission.owner === undefined || permission.owner === requester.accountId);
  if (document === undefined && own && requester.kind === 'root') return ALLOWED;
  const values = requestValues(requester, permission.conditions);
  const grant = document === undefined ? 'none' : grantOf(document, requester, permission, values);
  if (grant === 'deny') return explicitDeny('a resource-based policy');
  const nobody = notAllowed('resource-based policy', permission);
  if (requester.kind === 'anonymous' || requester.kind === 'service') return grant === 'none' ? nobody : ALLOWED;

  const effective = requester.kind === 'root' ? undefined : policies(requester);
  const identity = effective === undefined ? ALLOWED : decide(effective, permission, values);
  if (!identity.allowed && identity.explicit) return identity;
  if (!own && grant === 'none') return nobody;
  if (identity.allowed || !own) return identity;
  if (grant === 'whole') return ALLOWED;
  // What is granted to a role is bounded as the role is.
  const bounded = effective !== undefined && evaluateBoundary(effective, permission, values) !== 'allow';
  return grant === 'role' && !bounded ? ALLOWED : identity;
}

/**
 * What a resource-based policy gives: `account` lets the account say who of it may, `role` is bounded by the role's permissions
 * boundary, `whole` is not.
 */
type Grant = 'deny' | 'none' | 'account' | 'role' | 'whole';

const RANKS: readonly Grant[] = ['none', 'account', 'role', 'whole', 'deny'];

function grantOf({ statements }: PolicyDocument, requester: Requester, permission: RequiredPermission, values: ConditionValues): Grant {
  let best: Grant = 'none';
  for (const statement of statements) {
    const effect = effectOf(statement, permission, values);
    if (effect === 'none') continue;
    const named = namedAs(statement, requester);
    // A Deny that cannot be judged whole denies everybody.
    if (effect === 'deny' && (named !== 'none' || !isSimple(statement))) return 'deny';
    if (effect === 'allow' && RANKS.indexOf(named) > RANKS.indexOf(best)) best = named;
  }
  return best;
}

function namedAs({ principals }: Statement, requester: Requester): Grant {
  let best: Grant = 'none';
  for (const principal of principals?.principals ?? []) {
    const named = matchPrincipal(principal, requester);
    if (RANKS.indexOf(named) > RANKS.indexOf(best)) best = named;
  }
  return best;
}

/** Principals are matched whole. The lone star is everybody, services and the public included. */
function matchPrincipal({ type, id }: Principal, requester: Requester): Grant {
  if (type === 'AWS' && id === '*') return requester.kind === 'role-session' ? 'role' : 'whole';
  if (requester.kind === 'anonymous') return 'none';
  if (requester.kind === 'service') return type === 'Service' && id === requester.servicePrincipal ? 'whole' : 'none';
  if (type !== 'AWS') return 'none';
  if (id === requester.arn) return 'whole';
  if (requester.kind === 'role-session' && id === requester.roleArn) return 'role';
  return id === requester.accountId || isRootOf(id, requester.accountId) ? 'account' : 'none';
}

function isRootOf(arn: string, accountId: string): boolean {
  return /^arn:[a-z-]+:iam::(\d{12}):root$/.exec(arn)?.[1] === accountId;
}
