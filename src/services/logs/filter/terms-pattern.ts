import type { MessageMatcher } from './message-matcher.ts';
import { invalidPattern } from './invalid-pattern.ts';

/** An optional sign, then a quoted phrase or a word. A quote or a backslash in a phrase is escaped by a backslash. */
const TERM = /(?<sign>[?-]?)(?:"(?<phrase>(?:[^"\\]|\\.)*)"|(?<word>[^\s"]+))(?=\s|$)/y;
const SPACE = /\s*/y;

/**
 * Terms anywhere in the message, case-sensitive: all plain ones, none of those with `-`, or, when there are no others, any of those
 * with `?`. Next to other terms those with `?` mean nothing, as documented.
 */
export function termsMatcher(pattern: string): MessageMatcher {
  const required: string[] = [];
  const excluded: string[] = [];
  const optional: string[] = [];
  for (let at = skipSpace(pattern, 0); at < pattern.length;) {
    TERM.lastIndex = at;
    const match = TERM.exec(pattern);
    const text = match?.groups?.['phrase']?.replace(/\\(.)/g, '$1') ?? match?.groups?.['word'];
    // A regular expression (%…%) is refused rather than taken for a word.
    if (match === null || text === undefined || isRegularExpression(match.groups?.['word'])) throw invalidPattern();
    ({ '': required, '-': excluded, '?': optional })[match.groups?.['sign'] ?? '']?.push(text);
    at = skipSpace(pattern, TERM.lastIndex);
  }
  if (required.length + excluded.length === 0) return (message) => optional.some((term) => message.includes(term));
  return (message) => required.every((term) => message.includes(term)) && !excluded.some((term) => message.includes(term));
}

function isRegularExpression(word: string | undefined): boolean {
  return word !== undefined && word.length > 1 && word.startsWith('%') && word.endsWith('%');
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}
