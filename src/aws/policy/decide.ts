import type { RequiredPermission } from '#aws/service.ts';
import { judgeConditions } from './conditions.ts';
import type { ConditionValues } from './conditions.ts';
import type { Principal, PolicyDocument, Statement } from './policy-document.ts';
import { matchesWildcard } from './wildcard.ts';

const NOTHING_KNOWN: ConditionValues = new Map();

/**
 * The simple form of policy evaluation: Effect, Action and Resource with wildcards, conditions on keys that are known; an explicit Deny
 * wins. A statement that this form cannot judge whole (another Condition, NotAction, NotResource, NotPrincipal, a policy variable in
 * Resource) never allows, and denies on its action alone. So it errs towards refusing. `policy-cases.ts` says what any engine in its
 * place must answer.
 */
export function evaluate(
  documents: readonly PolicyDocument[],
  permission: RequiredPermission,
  values: ConditionValues = NOTHING_KNOWN,
): 'allow' | 'deny' | 'none' {
  let allowed = false;
  for (const { statements } of documents) {
    for (const statement of statements) {
      const effect = effectOf(statement, permission, values);
      if (effect === 'deny') return 'deny';
      if (effect === 'allow') allowed = true;
    }
  }
  return allowed ? 'allow' : 'none';
}

/** What one statement says of a request by those whom it names; `principals` is not looked at but for its Not… form. */
export function effectOf(
  statement: Statement,
  permission: Pick<RequiredPermission, 'action' | 'resource'>,
  values: ConditionValues,
): 'allow' | 'deny' | 'none' {
  if (!coversAction(statement, permission.action)) return 'none';
  const conditions = judgeConditions(statement.conditions, values);
  if (conditions === 'fails') return 'none';
  const judgeable = isSimple(statement) && conditions === 'holds';
  if (judgeable && !coversResource(statement, permission.resource)) return 'none';
  if (statement.effect === 'Deny') return 'deny';
  return judgeable ? 'allow' : 'none';
}

/** What judges one user or role session. */
export interface EffectivePolicies {
  readonly identity: readonly PolicyDocument[];
  /** The most that the identity-based policies can grant; undefined sets no bound. */
  readonly boundary: PolicyDocument | undefined;
}

/** `explicit` tells a Deny from the lack of an Allow. */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly explicit: boolean; readonly reason: string };

/** The decision, and for a refusal the end of AWS's message. Source: "Troubleshoot access denied error messages". */
export function decide(policies: EffectivePolicies, permission: RequiredPermission, values: ConditionValues = NOTHING_KNOWN): Decision {
  const identity = evaluate(policies.identity, permission, values);
  if (identity === 'deny') return explicitDeny('an identity-based policy');
  const boundary = evaluateBoundary(policies, permission, values);
  if (boundary === 'deny') return explicitDeny('a permissions boundary');
  if (identity === 'none') return notAllowed('identity-based policy', permission);
  if (boundary === 'none') return notAllowed('permissions boundary', permission);
  return { allowed: true };
}

export function evaluateBoundary(
  { boundary }: EffectivePolicies,
  permission: RequiredPermission,
  values: ConditionValues,
): ReturnType<typeof evaluate> {
  return boundary === undefined ? 'allow' : evaluate([boundary], permission, values);
}

export function explicitDeny(where: string): Decision {
  return { allowed: false, explicit: true, reason: `with an explicit deny in ${where}` };
}

export function notAllowed(kind: string, { action }: Pick<RequiredPermission, 'action'>): Decision {
  return { allowed: false, explicit: false, reason: `because no ${kind} allows the ${action} action` };
}

/**
 * What a role's trust policy, or another policy that names principals, says of any of these principals.
 * A Deny that cannot be judged whole denies everybody.
 */
export function evaluateTrust(document: PolicyDocument, principals: readonly Principal[], action: string): 'allow' | 'deny' | 'none' {
  let allowed = false;
  for (const statement of document.statements) {
    if (!coversAction(statement, action)) continue;
    const simple = isSimple(statement) && statement.conditions.length === 0;
    const named = coversPrincipal(statement, principals);
    if (statement.effect === 'Deny') {
      if (!simple || named) return 'deny';
    } else if (simple && named) {
      allowed = true;
    }
  }
  return allowed ? 'allow' : 'none';
}

/** Whether there is nothing in the statement but lists of patterns. Conditions are judged apart. */
export function isSimple({ actions, resources, principals }: Statement): boolean {
  if (actions.except || resources?.except === true || principals?.except === true) return false;
  return resources?.patterns.some((pattern) => pattern.includes('${')) !== true;
}

function coversAction({ actions }: Statement, action: string): boolean {
  const lower = action.toLowerCase();
  return actions.patterns.some((pattern) => matchesWildcard(pattern, lower)) !== actions.except;
}

function coversResource({ resources }: Statement, resource: string): boolean {
  return resources?.patterns.some((pattern) => matchesWildcard(pattern, resource)) === true;
}

/** A principal is matched whole: no wildcard but the lone star, which stands for every AWS principal. */
function coversPrincipal(statement: Statement, principals: readonly Principal[]): boolean {
  return (
    statement.principals?.principals.some(({ type, id }) =>
      principals.some((principal) => principal.type === type && (principal.id === id || (type === 'AWS' && id === '*'))),
    ) === true
  );
}
