import { documentKey, RevisionConflict, type Document, type DocumentStore, type Watch } from '#storage/document-store.ts';
import type { BucketRecord } from './records.ts';
import { noSuchBucket } from './s3-errors.ts';

const PREFIX = 's3-buckets';

interface Entry {
  readonly document: Document<BucketRecord>;
  /** Writes of objects and uploads that are under way: as long as there are any, the bucket stays. */
  writers: number;
  leaving: boolean;
}

/** All buckets, in memory and as documents; the memory follows the documents by a watch. */
export class Buckets {
  readonly #documents: DocumentStore;
  readonly #entries = new Map<string, Entry>();
  #watch: Watch | undefined;

  private constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  static async open(documents: DocumentStore): Promise<Buckets> {
    const buckets = new Buckets(documents);
    buckets.#watch = await documents.watch<BucketRecord>(`${PREFIX}/`, (change) => {
      if (change.type === 'put') {
        buckets.#entries.set(change.document.value.name, { document: change.document, writers: 0, leaving: false });
      } else if (change.type === 'delete') {
        buckets.#entries.delete(decodeURIComponent(change.key.slice(PREFIX.length + 1)));
      }
    });
    return buckets;
  }

  find(name: string): BucketRecord | undefined {
    return this.#entries.get(name)?.document.value;
  }

  /** Buckets of one account in the order of names. */
  list(accountId: string): readonly BucketRecord[] {
    return Array.from(this.#entries.values(), ({ document }) => document.value)
      .filter((bucket) => bucket.accountId === accountId)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** False when there is a bucket of that name, whoever has it. */
  async create(bucket: BucketRecord): Promise<boolean> {
    try {
      await this.#documents.put(documentKey(PREFIX, bucket.name), bucket, 0);
      return true;
    } catch (error) {
      if (error instanceof RevisionConflict) return false;
      throw error;
    }
  }

  /**
   * Runs a write into the bucket, during which it is not deleted.
   * @throws AwsError NoSuchBucket
   */
  async writing<Result>(name: string, write: () => Promise<Result>): Promise<Result> {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.leaving) throw noSuchBucket(name);
    entry.writers += 1;
    try {
      return await write();
    } finally {
      entry.writers -= 1;
    }
  }

  /**
   * Deletes the bucket when `isEmpty` says so and nobody is writing into it; false when it is not empty. Meanwhile nothing is written.
   * @throws AwsError NoSuchBucket
   */
  async delete(name: string, isEmpty: () => Promise<boolean>): Promise<boolean> {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.leaving) throw noSuchBucket(name);
    if (entry.writers > 0) return false;
    entry.leaving = true;
    try {
      if (!(await isEmpty())) return false;
      await this.#documents.delete(entry.document.key, entry.document.revision);
      return true;
    } finally {
      entry.leaving = false;
    }
  }

  close(): void {
    this.#watch?.close();
  }
}
