import { documentKey, RevisionConflict, type DocumentStore } from '#storage/document-store.ts';
import { listAll } from '#storage/list-all.ts';
import { WriteTurns } from '#storage/write-turns.ts';
import type { Buckets } from './buckets.ts';
import type { PartRecord, UploadRecord } from './records.ts';
import { noSuchUpload } from './s3-errors.ts';

const UPLOADS = 's3-uploads';
const PARTS = 's3-parts';

/** Multipart uploads under way, and the parts that have come of each, as documents. */
export class Uploads {
  readonly #documents: DocumentStore;
  readonly #turns = new WriteTurns();
  readonly #buckets: Pick<Buckets, 'writing'>;

  constructor(options: { readonly documents: DocumentStore; readonly buckets: Pick<Buckets, 'writing'> }) {
    this.#documents = options.documents;
    this.#buckets = options.buckets;
  }

  /** @throws AwsError NoSuchBucket */
  async create(upload: UploadRecord): Promise<void> {
    await this.#buckets.writing(upload.bucket, () => this.#documents.put(documentKey(UPLOADS, upload.bucket, upload.uploadId), upload, 0));
  }

  /** @throws AwsError NoSuchUpload */
  async find(bucket: string, key: string, uploadId: string): Promise<UploadRecord> {
    const found = await this.#documents.get<UploadRecord>(documentKey(UPLOADS, bucket, uploadId || '-'));
    if (found === undefined || found.value.key !== key) throw noSuchUpload(uploadId);
    return found.value;
  }

  /** Puts a part in the place of one of the same number. @throws AwsError NoSuchUpload, also when the upload ended meanwhile */
  async putPart({ bucket, key, uploadId }: UploadRecord, part: PartRecord): Promise<void> {
    const place = partKey(uploadId, part.partNumber);
    await this.#turns.write(place, async () => {
      await this.find(bucket, key, uploadId);
      const current = await this.#documents.get<PartRecord>(place);
      await this.#documents.put(place, part, current?.revision ?? 0);
    });
  }

  /** In the order of their numbers. */
  async parts(uploadId: string): Promise<readonly PartRecord[]> {
    return (await listAll<PartRecord>(this.#documents, `${documentKey(PARTS, uploadId)}/`)).map(({ value }) => value);
  }

  /** Forgets the upload and its parts. The upload goes last, so that what is left after a crash can be ended again. */
  async end({ bucket, uploadId }: UploadRecord): Promise<void> {
    for (const { key } of await listAll(this.#documents, `${documentKey(PARTS, uploadId)}/`)) await this.#remove(key);
    await this.#remove(documentKey(UPLOADS, bucket, uploadId));
  }

  /** Ends every upload into a bucket. */
  async endAll(bucket: string): Promise<void> {
    for (const { value } of await listAll<UploadRecord>(this.#documents, `${documentKey(UPLOADS, bucket)}/`)) await this.end(value);
  }

  /** The digests of all parts of all uploads. Parts that came while their upload was ended are removed. */
  async *digests(): AsyncGenerator<string, void, undefined> {
    const live = new Set((await listAll<UploadRecord>(this.#documents, `${UPLOADS}/`)).map(({ value }) => value.uploadId));
    for (const { key, value } of await listAll<PartRecord>(this.#documents, `${PARTS}/`)) {
      const uploadId = key.split('/')[1] ?? '';
      // An upload that has begun since is not among the live, and its first part may be here.
      if (live.has(uploadId) || (await this.#isUnderWay(uploadId))) yield value.digest;
      else await this.#remove(key);
    }
  }

  async #isUnderWay(uploadId: string): Promise<boolean> {
    return (await listAll<UploadRecord>(this.#documents, `${UPLOADS}/`)).some(({ value }) => value.uploadId === uploadId);
  }

  async #remove(key: string): Promise<void> {
    const current = await this.#documents.get(key);
    if (current === undefined) return;
    try {
      await this.#documents.delete(key, current.revision);
    } catch (error) {
      // Somebody else removed it, or put the part anew: then the next sweep finds it.
      if (!(error instanceof RevisionConflict)) throw error;
    }
  }
}

function partKey(uploadId: string, partNumber: number): string {
  return documentKey(PARTS, uploadId, String(partNumber).padStart(5, '0'));
}
