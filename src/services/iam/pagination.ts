import { validationError } from './iam-errors.ts';

export interface PageRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

const DEFAULT_MAX_ITEMS = 100;

/**
 * The page that a request asks for, of items in an order that `keyOf` names each place of. The marker is the key of the last item
 * returned, so that a page goes on rightly when items come and go meanwhile.
 * @throws AwsError ValidationError for a marker that none of our answers had
 */
export function pageOf<Item>(items: readonly Item[], keyOf: (item: Item) => string, { Marker, MaxItems }: PageRequest): Page<Item> {
  const limit = MaxItems ?? DEFAULT_MAX_ITEMS;
  const after = Marker === undefined ? undefined : decodeMarker(Marker);
  const sorted = items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  if (rest.length <= limit || last === undefined) return { items: page, IsTruncated: false };
  return { items: page, IsTruncated: true, Marker: encodeMarker(keyOf(last)) };
}

function encodeMarker(key: string): string {
  return Buffer.from(`1:${key}`).toString('base64');
}

function decodeMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64').toString();
  if (!text.startsWith('1:')) throw validationError('Invalid Marker.');
  return text.slice(2);
}
