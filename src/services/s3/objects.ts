import type { Document, DocumentStore } from '#storage/document-store.ts';
import { listAll } from '#storage/list-all.ts';
import { WriteTurns } from '#storage/write-turns.ts';
import type { Buckets } from './buckets.ts';
import { before, beyond, compareKeys, listPrefix, longKeyGroup, objectDocumentKey, OBJECTS_PREFIX } from './object-key.ts';
import type { ObjectRecord } from './records.ts';

/** Documents that one request to the store brings. */
const PAGE = 500;

/** Where a listing goes on: with the keys after one, or after all that start with a prefix. */
export type ListPosition = { readonly afterKey: string } | { readonly afterPrefix: string };

/** What objects there are, as documents: nothing of them is in memory. */
export class Objects {
  readonly #documents: DocumentStore;
  readonly #turns = new WriteTurns();
  readonly #buckets: Pick<Buckets, 'writing'>;

  constructor(options: { readonly documents: DocumentStore; readonly buckets: Pick<Buckets, 'writing'> }) {
    this.#documents = options.documents;
    this.#buckets = options.buckets;
  }

  async find(bucket: string, key: string): Promise<ObjectRecord | undefined> {
    return (await this.#documents.get<ObjectRecord>(objectDocumentKey(bucket, key)))?.value;
  }

  /**
   * Puts the object in the place of one of the same key; the last writer wins. `check` sees what it replaces, and cancels by throwing.
   * @throws AwsError NoSuchBucket
   */
  async put(bucket: string, object: ObjectRecord, check: (replaced: ObjectRecord | undefined) => void): Promise<void> {
    const documentKeyText = objectDocumentKey(bucket, object.key);
    await this.#buckets.writing(bucket, () =>
      this.#change(documentKeyText, async (current) => {
        check(current?.value);
        await this.#documents.put(documentKeyText, object, current?.revision ?? 0);
      }),
    );
  }

  /** Deletes the object when there is one; `check` sees it, and cancels by throwing. */
  async delete(bucket: string, key: string, check: (current: ObjectRecord | undefined) => void = () => {}): Promise<void> {
    const documentKeyText = objectDocumentKey(bucket, key);
    await this.#change(documentKeyText, async (current) => {
      check(current?.value);
      if (current !== undefined) await this.#documents.delete(documentKeyText, current.revision);
    });
  }

  async isEmpty(bucket: string): Promise<boolean> {
    return (await this.#documents.list(listPrefix(bucket, ''), { limit: 1 })).length === 0;
  }

  /** Objects whose keys start with the prefix, in S3's order, from a position on. Reads ahead by at most `pageSize` objects. */
  async *list(
    bucket: string,
    { prefix, from, pageSize = PAGE }: { readonly prefix: string; readonly from?: ListPosition | undefined; readonly pageSize?: number },
  ): AsyncGenerator<ObjectRecord, void, undefined> {
    const within = listPrefix(bucket, prefix);
    let after = startOf(bucket, prefix, from);
    const comes = ({ key }: ObjectRecord): boolean => key.startsWith(prefix) && isAfter(key, from);
    for (;;) {
      const page = await this.#documents.list<ObjectRecord>(within, { after, limit: pageSize });
      for (const { key, value } of page) {
        if (key <= after) continue;
        after = key;
        const group = longKeyGroup(key);
        if (group === undefined) {
          if (comes(value)) yield value;
          // What follows starts with something greater.
          else if (!value.key.startsWith(prefix) && compareKeys(value.key, prefix) > 0) return;
          continue;
        }
        const long = await listAll<ObjectRecord>(this.#documents, group);
        after = long.at(-1)?.key ?? after;
        for (const each of long.map((document) => document.value).toSorted((a, b) => compareKeys(a.key, b.key)))
          if (comes(each)) yield each;
      }
      if (page.length < pageSize) return;
    }
  }

  /** Every object of every bucket, in no order that means anything. */
  async *all(): AsyncGenerator<ObjectRecord, void, undefined> {
    let after = '';
    for (;;) {
      const page = await this.#documents.list<ObjectRecord>(OBJECTS_PREFIX, { after, limit: PAGE });
      for (const { value } of page) yield value;
      after = page.at(-1)?.key ?? after;
      if (page.length < PAGE) return;
    }
  }

  #change(key: string, change: (current: Document<ObjectRecord> | undefined) => Promise<void>): Promise<void> {
    return this.#turns.write(key, async () => change(await this.#documents.get<ObjectRecord>(key)));
  }
}

function startOf(bucket: string, prefix: string, from: ListPosition | undefined): string {
  const start = before(bucket, prefix);
  if (from === undefined) return start;
  const asked = 'afterKey' in from ? before(bucket, from.afterKey) : beyond(bucket, from.afterPrefix);
  return asked > start ? asked : start;
}

function isAfter(key: string, from: ListPosition | undefined): boolean {
  if (from === undefined) return true;
  if ('afterKey' in from) return compareKeys(key, from.afterKey) > 0;
  return compareKeys(key, from.afterPrefix) > 0 && !key.startsWith(from.afterPrefix);
}
