import { buffer } from 'node:stream/consumers';
import type { BlobStore } from '#storage/blob-store.ts';
import type { ContentPart, ObjectContent, ObjectRecord } from './records.ts';

/** Both ends inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Reads the bytes of objects, in one piece or in many, as they are asked for. */
export class ContentReader {
  readonly #blobs: Pick<BlobStore, 'get' | 'put'>;

  constructor(blobs: Pick<BlobStore, 'get' | 'put'>) {
    this.#blobs = blobs;
  }

  /** The first blob is open when it resolves. @throws BlobNotFound */
  async open({ content, sizeBytes }: ObjectRecord, range: ByteRange | undefined): Promise<AsyncIterable<Uint8Array>> {
    if (content.kind === 'blob') return this.#blobs.get(content.digest, range);
    return this.#joined(await this.partsOf(content), range ?? { start: 0, end: sizeBytes - 1 });
  }

  /** @throws BlobNotFound */
  async partsOf(content: ObjectContent): Promise<readonly ContentPart[]> {
    if (content.kind === 'blob') return [];
    const manifest = await buffer(await this.#blobs.get(content.manifest));
    return JSON.parse(manifest.toString('utf8')) as readonly ContentPart[];
  }

  /** Stores the list of parts of an object. */
  async join(parts: readonly ContentPart[]): Promise<ObjectContent> {
    const list = parts.map(({ digest, sizeBytes }) => ({ digest, sizeBytes }));
    const { digest } = await this.#blobs.put(Buffer.from(JSON.stringify(list)));
    return { kind: 'parts', manifest: digest, count: parts.length };
  }

  async *#joined(parts: readonly ContentPart[], { start, end }: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    let at = 0;
    for (const { digest, sizeBytes } of parts) {
      const [from, to] = [Math.max(start - at, 0), Math.min(end - at, sizeBytes - 1)];
      if (from <= to) yield* (await this.#blobs.get(digest, { start: from, end: to })) as AsyncIterable<Uint8Array>;
      at += sizeBytes;
    }
  }
}

export interface RequestedRange extends ByteRange {
  /** `bytes 0-9/100`. */
  readonly header: string;
}

/**
 * What a Range header asks of so many bytes. Undefined for all of it: without a header, and for one that is malformed or has several
 * ranges, which S3 does not serve.
 */
export function rangeOf(header: string | undefined, sizeBytes: number): RequestedRange | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(sizeBytes - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (start >= sizeBytes || (first === '' && Number(last) === 0)) return 'unsatisfiable';
  return { start, end, header: `bytes ${start}-${end}/${sizeBytes}` };
}
