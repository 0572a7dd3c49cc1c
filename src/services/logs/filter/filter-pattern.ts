import { fieldsMatcher } from './fields-pattern.ts';
import { jsonMatcher } from './json-pattern.ts';
import type { MessageMatcher } from './message-matcher.ts';
import { termsMatcher } from './terms-pattern.ts';

/**
 * The matcher of a filter pattern, or undefined for one that matches everything: terms (`ERROR -"not this"`), space-delimited fields
 * (`[ip, ..., status = 4*]`) or JSON (`{ $.level = "ERROR" }`). Amazon CloudWatch Logs guide, "Filter pattern syntax".
 *
 * @throws InvalidParameterException
 */
export function filterMatcher(pattern: string | undefined): MessageMatcher | undefined {
  const text = pattern?.trim() ?? '';
  if (text === '') return undefined;
  if (text.startsWith('{')) return jsonMatcher(text);
  if (text.startsWith('[')) return fieldsMatcher(text);
  return termsMatcher(text);
}
