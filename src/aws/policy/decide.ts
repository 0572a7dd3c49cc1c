import type { RequiredPermission } from '#aws/service.ts';
import type { Principal, PolicyDocument, Statement } from './policy-document.ts';
import { matchesWildcard } from './wildcard.ts';

/**
 * The simple form of policy evaluation: Effect, Action and Resource with wildcards; an explicit Deny wins. A statement that this form
 * cannot judge whole (Condition, NotAction, NotResource, NotPrincipal, a policy variable in Resource) never allows, and denies on its
 * action alone. So it errs towards refusing. `policy-cases.ts` says what any engine in its place must answer.
 */
export function evaluate(documents: readonly PolicyDocument[], permission: RequiredPermission): 'allow' | 'deny' | 'none' {
  let allowed = false;
  for (const { statements } of documents) {
    for (const statement of statements) {
      if (!coversAction(statement, permission.action)) continue;
      const simple = isSimple(statement);
      if (statement.effect === 'Deny') {
        if (!simple || coversResource(statement, permission.resource)) return 'deny';
      } else if (simple && coversResource(statement, permission.resource)) {
        allowed = true;
      }
    }
  }
  return allowed ? 'allow' : 'none';
}

/** What judges one user or role session. */
export interface EffectivePolicies {
  readonly identity: readonly PolicyDocument[];
  /** The most that the identity-based policies can grant; undefined sets no bound. */
  readonly boundary: PolicyDocument | undefined;
}

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** The decision, and for a refusal the end of AWS's message. Source: "Troubleshoot access denied error messages". */
export function decide(policies: EffectivePolicies, permission: RequiredPermission): Decision {
  const identity = evaluate(policies.identity, permission);
  if (identity === 'deny') return { allowed: false, reason: 'with an explicit deny in an identity-based policy' };
  const boundary = policies.boundary === undefined ? 'allow' : evaluate([policies.boundary], permission);
  if (boundary === 'deny') return { allowed: false, reason: 'with an explicit deny in a permissions boundary' };
  if (identity === 'none') return { allowed: false, reason: `because no identity-based policy allows the ${permission.action} action` };
  if (boundary === 'none') return { allowed: false, reason: `because no permissions boundary allows the ${permission.action} action` };
  return { allowed: true };
}

/**
 * What a role's trust policy, or another policy that names principals, says of any of these principals.
 * A Deny that cannot be judged whole denies everybody.
 */
export function evaluateTrust(document: PolicyDocument, principals: readonly Principal[], action: string): 'allow' | 'deny' | 'none' {
  let allowed = false;
  for (const statement of document.statements) {
    if (!coversAction(statement, action)) continue;
    const simple = isSimple(statement);
    const named = coversPrincipal(statement, principals);
    if (statement.effect === 'Deny') {
      if (!simple || named) return 'deny';
    } else if (simple && named) {
      allowed = true;
    }
  }
  return allowed ? 'allow' : 'none';
}

function isSimple({ actions, resources, principals, hasCondition }: Statement): boolean {
  if (hasCondition || actions.except || resources?.except === true || principals?.except === true) return false;
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
