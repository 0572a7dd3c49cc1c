import { UnreadableInput } from './unreadable-input.ts';

/** Parameters of a query or a form, in order; a name can stand more than once. A parameter without `=` has an empty value. */
export type Parameters = ReadonlyMap<string, readonly string[]>;

const NONE: Parameters = new Map();

export function parseQuery(text: string): Parameters {
  if (text === '') return NONE;
  const parameters = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1));
    const values = parameters.get(name);
    if (values === undefined) parameters.set(name, [value]);
    else values.push(value);
  }
  return parameters;
}

function decode(text: string): string {
  return decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/** @throws UnreadableInput when an escape is broken or not UTF-8 */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw new UnreadableInput('Malformed percent-encoding in the request');
    throw error;
  }
}
