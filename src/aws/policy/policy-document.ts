import type { Condition } from './conditions.ts';

/** A policy as the evaluation reads it: every element a list, every statement's unusual parts named. */
export interface PolicyDocument {
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** In lower case, since actions do not distinguish it. */
  readonly actions: StringMatch;
  /** Undefined in a trust policy, which stands on its role. */
  readonly resources: StringMatch | undefined;
  /** Undefined in an identity-based policy. */
  readonly principals: PrincipalMatch | undefined;
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
}

/** Patterns with `*` and `?`; `except` is the Not… form. */
export interface StringMatch {
  readonly except: boolean;
  readonly patterns: readonly string[];
}

export interface PrincipalMatch {
  readonly except: boolean;
  /** `Principal: "*"` is `[{ type: 'AWS', id: '*' }]`. */
  readonly principals: readonly Principal[];
}

export interface Principal {
  /** `AWS`, `Service`, `Federated` or `CanonicalUser`. */
  readonly type: string;
  readonly id: string;
}

/** The text is no policy; `message` is what IAM says, and `cause` a SyntaxError when the text is not even JSON. */
export class InvalidPolicy extends Error {
  override readonly name = 'InvalidPolicy';
}

/**
 * Reads the JSON of a policy.
 * Source: "IAM JSON policy elements reference", "Grammar of the IAM JSON policy language".
 * @throws InvalidPolicy
 */
export function parsePolicyDocument(text: string): PolicyDocument {
  const document = objectOf(parseJson(text));
  onlyFields(document, ['Version', 'Id', 'Statement']);
  if (document['Version'] !== undefined && document['Version'] !== '2012-10-17' && document['Version'] !== '2008-10-17')
    throw syntaxError();
  const statements = document['Statement'];
  if (statements === undefined) throw syntaxError();
  const list: readonly unknown[] = Array.isArray(statements) ? statements : [statements];
  const parsed = list.map((statement) => parseStatement(objectOf(statement)));
  const ids = list.map((statement) => objectOf(statement)['Sid']).filter((id) => id !== undefined && id !== '');
  if (ids.some((id) => typeof id !== 'string')) throw syntaxError();
  if (new Set(ids).size !== ids.length) throw new InvalidPolicy('Statement IDs (SID) in a single policy must be unique.');
  return { statements: parsed };
}

const STATEMENT_FIELDS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'NotPrincipal', 'Condition'];

function parseStatement(statement: Readonly<Record<string, unknown>>): Statement {
  onlyFields(statement, STATEMENT_FIELDS);
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw syntaxError();
  const actions = oneOf(statement, 'Action');
  if (actions === undefined) throw new InvalidPolicy('Policy statement must contain actions.');
  const resources = oneOf(statement, 'Resource');
  return {
    effect,
    actions: { except: actions.except, patterns: strings(actions.value).map((action) => action.toLowerCase()) },
    resources: resources === undefined ? undefined : { except: resources.except, patterns: strings(resources.value) },
    principals: parsePrincipals(statement),
    conditions: parseConditions(statement['Condition']),
  };
}

function parsePrincipals(statement: Readonly<Record<string, unknown>>): PrincipalMatch | undefined {
  const element = oneOf(statement, 'Principal');
  if (element === undefined) return undefined;
  if (element.value === '*') return { except: element.except, principals: [{ type: 'AWS', id: '*' }] };
  const principals = Object.entries(objectOf(element.value)).flatMap(([type, ids]) => strings(ids).map((id) => ({ type, id })));
  if (principals.some(({ type }) => !['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(type))) throw syntaxError();
  return { except: element.except, principals };
}

function parseConditions(element: unknown): readonly Condition[] {
  if (element === undefined) return [];
  return Object.entries(objectOf(element)).flatMap(([name, keys]) => {
    const [, set, operator = name, ifExists] = /^(?:for(any|all)values?:)?(.*?)(ifexists)?$/.exec(name.toLowerCase()) ?? [];
    return Object.entries(objectOf(keys)).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      values: scalars(values),
      set: set === 'any' || set === 'all' ? set : undefined,
      ifExists: ifExists !== undefined,
    }));
  });
}

/** The element or its Not… form, never both. */
function oneOf(
  statement: Readonly<Record<string, unknown>>,
  name: string,
): { readonly except: boolean; readonly value: unknown } | undefined {
  const value = statement[name];
  const inverse = statement[`Not${name}`];
  if (value !== undefined && inverse !== undefined) throw syntaxError();
  if (inverse !== undefined) return { except: true, value: inverse };
  return value === undefined ? undefined : { except: false, value };
}

function strings(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((each) => {
    if (typeof each !== 'string') throw syntaxError();
    return each;
  });
}

/** Texts, and what JSON may write without quotes. */
function scalars(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((each) => {
    if (typeof each !== 'string' && typeof each !== 'number' && typeof each !== 'boolean') throw syntaxError();
    return String(each);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InvalidPolicy('Syntax errors in policy.', { cause: error });
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw syntaxError();
  return value as Readonly<Record<string, unknown>>;
}

function onlyFields(object: Readonly<Record<string, unknown>>, fields: readonly string[]): void {
  if (Object.keys(object).some((name) => !fields.includes(name))) throw syntaxError();
}

function syntaxError(): InvalidPolicy {
  return new InvalidPolicy('Syntax errors in policy.');
}
