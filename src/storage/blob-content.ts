import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

import type { Blob } from './blob-store.ts';

/** Between two slices the event loop runs: hashing 50 MB in one piece would stop every invocation for tens of milliseconds. */
const SLICE_BYTES = 1024 * 1024;

const DIGEST = /^[0-9a-f]{64}$/;

/** Digests come from outside and name files: nothing else may pass. */
export function isBlobDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Both ends inclusive. A start at or past the end of the blob is no error here: it gives no bytes. */
export function checkBlobRange({ start, end }: { readonly start: number; readonly end: number }): void {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw new RangeError(`${start}-${end} is no byte range`);
  }
}

/** Hands the content to `write` piece by piece, each after the last was taken, and tells what passed. */
export async function digestContent(content: Readable | Uint8Array, write: (chunk: Uint8Array) => Promise<void>): Promise<Blob> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of content instanceof Uint8Array ? slices(content) : content) {
    const bytes = toBytes(chunk);
    hash.update(bytes);
    sizeBytes += bytes.byteLength;
    await write(bytes);
  }
  return { digest: hash.digest('hex'), sizeBytes };
}

/**
 * Takes charge of a stream before it is read: it may fail while the store still prepares, and reading it later reports that; if it
 * is never read, it must not stay open.
 */
export function ownSource(content: Readable | Uint8Array): Disposable {
  if (content instanceof Uint8Array) return { [Symbol.dispose]() {} };
  content.on('error', () => {});
  return { [Symbol.dispose]: () => void content.destroy() };
}

function* slices(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.byteLength; start += SLICE_BYTES) yield bytes.subarray(start, start + SLICE_BYTES);
}

/** A stream with an encoding set gives text. */
function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new TypeError('the content of a blob is a stream of bytes');
}
