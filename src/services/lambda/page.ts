import { invalidParameter } from '#functions/lambda-errors.ts';

/** AWS answers with 50 functions, versions or aliases at most, whatever MaxItems says. */
export const MAX_PAGE = 50;

/** One page of a list that is in memory. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; absent after the last. */
  readonly NextMarker?: string;
}

export interface PageRequest<Item> {
  readonly marker: string | undefined;
  readonly limit: number;
  /** What a marker holds of the last item of a page, so that a page is stable while others change. */
  readonly keyOf: (item: Item) => string;
  /** Whether an item comes after the one of that key, which may be gone. */
  readonly follows: (item: Item, key: string) => boolean;
}

/** @throws AwsError InvalidParameterValueException for a marker that is not ours */
export function pageOf<Item>(ordered: readonly Item[], { marker, limit, keyOf, follows }: PageRequest<Item>): Page<Item> {
  const after = readMarker(marker);
  const start = after === undefined ? 0 : ordered.findIndex((item) => follows(item, after));
  const items = start === -1 ? [] : ordered.slice(start, start + limit);
  const last = items.at(-1);
  return { items, ...(last !== undefined && start + limit < ordered.length && { NextMarker: writeMarker(keyOf(last)) }) };
}

export function writeMarker(after: string): string {
  return Buffer.from(JSON.stringify({ after })).toString('base64url');
}

/** Undefined for no marker, also an empty one. @throws AwsError InvalidParameterValueException */
export function readMarker(marker: string | undefined): string | undefined {
  if (marker === undefined || marker === '') return undefined;
  const content = parseJson(Buffer.from(marker, 'base64url').toString('utf8'));
  if (typeof content === 'object' && content !== null && 'after' in content && typeof content.after === 'string') return content.after;
  throw invalidParameter('The specified marker is not valid.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
