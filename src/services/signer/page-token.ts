import { validationFailure } from './signer-errors.ts';

const MAX_PAGE = 25;

/** A page of what is in memory, in order; a token is the number of the first item that is left. */
export function pageOf<Item>(
  items: readonly Item[],
  { maxResults, nextToken }: { readonly maxResults?: number | undefined; readonly nextToken?: string | undefined },
): { readonly items: readonly Item[]; readonly nextToken?: string } {
  const start = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64url').toString('utf8'));
  if (!Number.isSafeInteger(start) || start < 0) throw validationFailure('Invalid nextToken.');
  const end = start + (maxResults ?? MAX_PAGE);
  return { items: items.slice(start, end), ...(end < items.length && { nextToken: Buffer.from(String(end)).toString('base64url') }) };
}
