import type { Readable } from 'node:stream';

/** Immutable bytes by SHA-256. Every driver passes the same contract suite. */
export interface BlobStore {
  /** Stores the stream durably. Storing the same bytes twice gives the same digest and costs nothing. */
  put(content: Readable | Uint8Array): Promise<Blob>;
  /** A stream of the content, or of the byte range (both ends inclusive). @throws BlobNotFound */
  get(digest: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  /** The blob's size in bytes, or undefined when it is not stored. */
  size(digest: string): Promise<number | undefined>;
  /** Removes blobs that `isReferenced` does not claim and that are older than `minAgeMs`. Returns how many. */
  sweep(isReferenced: (digest: string) => boolean, minAgeMs: number): Promise<number>;
}

export interface Blob {
  /** Lower-case hexadecimal SHA-256. */
  readonly digest: string;
  readonly sizeBytes: number;
}

export class BlobNotFound extends Error {
  override readonly name = 'BlobNotFound';
  constructor(digest: string) {
    super(`no blob ${digest}`);
  }
}
