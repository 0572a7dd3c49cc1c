import { invalidToken } from './autoscaling-errors.ts';

/** Most results of one answer, and how many there are when a request does not say. */
const MAX_RESULTS = 50;

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * One page of items in the order of their keys. A token holds the key of the last item, so that a page is stable while others change.
 * @throws AwsError InvalidNextTokenException
 */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { MaxResults, NextToken }: PageRequest,
): { readonly items: readonly Item[]; readonly NextToken?: string } {
  const after = NextToken === undefined ? undefined : readToken(NextToken);
  const sorted = items.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, Math.min(MaxResults ?? MAX_RESULTS, MAX_RESULTS));
  const last = page.at(-1);
  return { items: page, ...(last !== undefined && page.length < rest.length && { NextToken: writeToken(keyOf(last)) }) };
}

function writeToken(key: string): string {
  return Buffer.from(`1:${key}`).toString('base64url');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('1:')) throw invalidToken();
  return text.slice(2);
}
