import { Readable } from 'node:stream';

import { systemClock, type Clock } from '#base/clock.ts';

import { checkBlobRange, digestContent } from '../blob-content.ts';
import { BlobNotFound, type Blob, type BlobStore } from '../blob-store.ts';

/** A blob store for tests. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<string, { readonly bytes: Buffer; readonly putAtMs: number }>();
  readonly #clock: Clock;

  constructor(options: { readonly clock: Clock } = { clock: systemClock }) {
    this.#clock = options.clock;
  }

  async put(content: Readable | Uint8Array): Promise<Blob> {
    const chunks: Uint8Array[] = [];
    const blob = await digestContent(content, async (chunk) => void chunks.push(chunk));
    // `concat` copies: the caller may reuse its buffers.
    this.#blobs.set(blob.digest, { bytes: Buffer.concat(chunks), putAtMs: this.#clock.wallMs() });
    return blob;
  }

  async get(digest: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    if (range !== undefined) checkBlobRange(range);
    const found = this.#blobs.get(digest);
    if (found === undefined) throw new BlobNotFound(digest);
    const bytes = range === undefined ? found.bytes : found.bytes.subarray(range.start, range.end + 1);
    return Readable.from([Buffer.from(bytes)], { objectMode: false });
  }

  async size(digest: string): Promise<number | undefined> {
    return this.#blobs.get(digest)?.bytes.byteLength;
  }

  async sweep(isReferenced: (digest: string) => boolean, minAgeMs: number): Promise<number> {
    const old = [...this.#blobs].filter(([digest, { putAtMs }]) => !isReferenced(digest) && this.#clock.wallMs() - putAtMs >= minAgeMs);
    for (const [digest] of old) this.#blobs.delete(digest);
    return old.length;
  }
}
