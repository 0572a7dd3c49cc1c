import type { ListPosition, Objects } from './objects.ts';
import type { ObjectRecord } from './records.ts';

export interface ListRequest {
  readonly prefix: string;
  /** Empty: keys are not grouped. */
  readonly delimiter: string;
  /** Objects and common prefixes together. */
  readonly limit: number;
  readonly from: ListPosition | undefined;
}

export interface ListedObjects {
  readonly objects: readonly ObjectRecord[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page starts; undefined on the last. */
  readonly next: ListPosition | undefined;
}

/** One page of a bucket: objects, and in place of all keys with the same text up to the delimiter that text alone. */
export async function listObjects(objects: Pick<Objects, 'list'>, bucket: string, request: ListRequest): Promise<ListedObjects> {
  const { prefix, limit } = request;
  const found: ObjectRecord[] = [];
  const commonPrefixes: string[] = [];
  let from = request.from;
  let last: ListPosition | undefined;
  if (limit === 0) return { objects: found, commonPrefixes, next: undefined };
  search: for (;;) {
    for await (const object of objects.list(bucket, { prefix, from, pageSize: Math.min(limit + 1, 500) })) {
      if (found.length + commonPrefixes.length === limit) return { objects: found, commonPrefixes, next: last };
      const common = commonPrefixOf(object.key, request);
      if (common === undefined) {
        found.push(object);
        last = { afterKey: object.key };
        continue;
      }
      if (common === commonPrefixes.at(-1)) continue;
      commonPrefixes.push(common);
      // There may be any number of keys with this prefix: on to the first without it.
      last = from = { afterPrefix: common };
      continue search;
    }
    return { objects: found, commonPrefixes, next: undefined };
  }
}

/** Undefined when the key stands for itself. */
export function commonPrefixOf(key: string, { prefix, delimiter }: Pick<ListRequest, 'prefix' | 'delimiter'>): string | undefined {
  if (delimiter === '') return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : key.slice(0, end + delimiter.length);
}
