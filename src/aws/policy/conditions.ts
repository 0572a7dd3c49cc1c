import { matchesWildcard } from './wildcard.ts';

/** One line of a Condition element: an operator, a key, and the values of which one must match. */
export interface Condition {
  /** In lower case, without the prefix of sets and the suffix `IfExists`. */
  readonly operator: string;
  /** In lower case. */
  readonly key: string;
  readonly values: readonly string[];
  readonly set: 'any' | 'all' | undefined;
  readonly ifExists: boolean;
}

/**
 * What is known of a request, by condition key in lower case: its values, none when the request has no such key. A key that is not in
 * here is one that the platform does not know, and no condition on it can be judged.
 */
export type ConditionValues = ReadonlyMap<string, readonly string[]>;

/** Whether all conditions hold; `unknown` when one of them cannot be judged, and no other fails. */
export function judgeConditions(conditions: readonly Condition[], values: ConditionValues): 'holds' | 'fails' | 'unknown' {
  let unknown = false;
  for (const condition of conditions) {
    const holds = judge(condition, values);
    if (holds === false) return 'fails';
    if (holds === undefined) unknown = true;
  }
  return unknown ? 'unknown' : 'holds';
}

type Match = (wanted: string, actual: string) => boolean;

/** Of strings, ARNs and booleans. Numbers, dates and addresses belong to keys that no request has yet. */
const MATCHES: Readonly<Record<string, Match>> = {
  stringequals: (wanted, actual) => wanted === actual,
  stringequalsignorecase: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  stringlike: matchesWildcard,
  arnequals: matchesArn,
  arnlike: matchesArn,
  bool: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
};

const NEGATIONS: Readonly<Record<string, string>> = {
  stringnotequals: 'stringequals',
  stringnotequalsignorecase: 'stringequalsignorecase',
  stringnotlike: 'stringlike',
  arnnotequals: 'arnequals',
  arnnotlike: 'arnlike',
};

/** Source: "IAM JSON policy elements: Condition operators", "Set operators for multivalued context keys". */
function judge({ operator, key, values, set, ifExists }: Condition, known: ConditionValues): boolean | undefined {
  const actual = known.get(key);
  const negated = NEGATIONS[operator] !== undefined;
  const match = MATCHES[NEGATIONS[operator] ?? operator];
  if (actual === undefined || values.some((value) => value.includes('${'))) return undefined;
  if (operator === 'null') return values.some((value) => value.toLowerCase() === String(actual.length === 0));
  if (match === undefined) return undefined;
  // A key that the request does not have: a positive operator fails, a negated one and a set of all hold.
  if (actual.length === 0) return ifExists || set === 'all' || (negated && set === undefined);
  const matches = (value: string): boolean => values.some((wanted) => match(wanted, value)) !== negated;
  return set === 'all' ? actual.every(matches) : actual.some(matches);
}

/** Part by part: a star does not reach across a colon, but for the last part. */
function matchesArn(pattern: string, arn: string): boolean {
  const wanted = partsOf(pattern);
  const actual = partsOf(arn);
  return wanted.length === actual.length && wanted.every((part, at) => matchesWildcard(part, actual[at] ?? ''));
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
