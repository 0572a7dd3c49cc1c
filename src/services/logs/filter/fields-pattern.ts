import { comparison, type ComparisonOperator } from './comparison.ts';
import type { MessageMatcher } from './message-matcher.ts';
import { invalidPattern } from './invalid-pattern.ts';

type FieldTest = (value: string) => boolean;

/** One condition of a field: `status = 4*`, `bytes > 1000`, `name != "x y"`. The name only tells people what the field is. */
const CONDITION = /\s*[\w.$@-]*\s*(?<operator>!=|<=|>=|=|<|>)\s*(?:"(?<quoted>[^"]*)"|(?<bare>[^\s"&|,\]]+))\s*/y;
const CONJUNCTION = /&&|\|\|/y;
const NAME_ONLY = /^\s*[\w.$@-]*\s*$/;
/** A message's fields: `[…]` and `"…"` are one each, without the marks. */
const FIELD = /\[(?<bracketed>[^\]]*)\]|"(?<quoted>[^"]*)"|(?<bare>\S+)/g;

/**
 * `[ip, user, ..., status = 4* && status != 404, bytes > 1000]`: the message has as many fields, each with its conditions; `...`
 * stands for any number of them, once.
 */
export function fieldsMatcher(pattern: string): MessageMatcher {
  if (!pattern.endsWith(']')) throw invalidPattern();
  const parts = splitOutsideQuotes(pattern.slice(1, -1));
  const gap = parts.findIndex((part) => part.trim() === '...');
  const tests = parts.map((part) => (part.trim() === '...' ? undefined : fieldTest(part)));
  const leading = gap === -1 ? tests : tests.slice(0, gap);
  const trailing = gap === -1 ? [] : tests.slice(gap + 1);
  if (trailing.includes(undefined)) throw invalidPattern();
  return (message) => {
    const fields = Array.from(
      message.matchAll(FIELD),
      ({ groups }) => groups?.['bracketed'] ?? groups?.['quoted'] ?? groups?.['bare'] ?? '',
    );
    const fixed = leading.length + trailing.length;
    if (gap === -1 ? fields.length !== fixed : fields.length < fixed) return false;
    const fits = (test: FieldTest | undefined, value: string | undefined): boolean => test?.(value ?? '') !== false;
    return (
      leading.every((test, index) => fits(test, fields[index])) &&
      trailing.every((test, index) => fits(test, fields[fields.length - trailing.length + index]))
    );
  };
}

function fieldTest(text: string): FieldTest {
  if (NAME_ONLY.test(text)) return () => true;
  // `&&` binds tighter than `||`: any of the groups, all of a group.
  const groups: FieldTest[][] = [[]];
  for (let at = 0; ;) {
    CONDITION.lastIndex = at;
    const condition = CONDITION.exec(text);
    if (condition === null) throw invalidPattern();
    const { operator, quoted, bare } = condition.groups ?? {};
    const constant = { text: quoted ?? bare ?? '', quoted: quoted !== undefined };
    const test = comparison(operator as ComparisonOperator, constant);
    if (test === undefined) throw invalidPattern();
    groups.at(-1)?.push((value) => test(asNumber(value, constant.quoted)));
    if (CONDITION.lastIndex === text.length) break;
    CONJUNCTION.lastIndex = CONDITION.lastIndex;
    const conjunction = CONJUNCTION.exec(text);
    if (conjunction === null) throw invalidPattern();
    if (conjunction[0] === '||') groups.push([]);
    at = CONJUNCTION.lastIndex;
  }
  return (value) => groups.some((group) => group.every((test) => test(value)));
}

/** Fields are text; one that reads as a number is compared as one, unless the constant is quoted. */
function asNumber(value: string, keepText: boolean): string | number {
  return keepText || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value) ? value : Number(value);
}

function splitOutsideQuotes(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === ',' && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}
