import { statSync, unlinkSync } from 'node:fs';
import { open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';

import { checkBlobRange, digestContent, isBlobDigest, ownSource } from '../blob-content.ts';
import { BlobNotFound, type Blob, type BlobStore } from '../blob-store.ts';
import { createDurableDirectory, syncDirectory } from '../durable-directory.ts';

/** Twice the default: code packages are megabytes, and each read is a trip to the thread pool. */
const READ_BYTES = 128 * 1024;

/**
 * Blobs as files `<aa>/<digest>` below a directory that only this process's user may enter (0700, files 0600). A blob appears
 * complete or not at all: it is written to `tmp/`, synchronised, and renamed. A file's modification time says when it was last put,
 * which protects a blob from the sweep until the caller has recorded the digest. One process owns the directory.
 */
export class FileBlobStore implements BlobStore {
  readonly #directory: string;
  readonly #temporaryDirectory: string;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  /** Directories that this process has made sure of, by path. */
  readonly #directories = new Map<string, Promise<void>>();
  /** Files that the sweep must leave alone: temporary ones being written, blobs that a put is about to promise. By path, counted. */
  readonly #held = new Map<string, number>();

  /** The directory and its parents are made when first needed. */
  constructor(directory: string, options: { readonly clock: Clock; readonly ids: IdSource }) {
    this.#directory = directory;
    this.#temporaryDirectory = join(directory, 'tmp');
    this.#clock = options.clock;
    this.#ids = options.ids;
  }

  async put(content: Readable | Uint8Array): Promise<Blob> {
    using _source = ownSource(content);
    const temporary = join(this.#temporaryDirectory, this.#ids.hex(16));
    // Let go last, when nothing more is awaited: from then on the caller answers for the blob.
    using held = new DisposableStack();
    held.use(this.#hold(temporary));
    await this.#ensureDirectory(this.#temporaryDirectory);
    await using handle = await open(temporary, 'wx', 0o600);
    try {
      const blob = await digestContent(content, (chunk) => handle.writeFile(chunk));
      const path = this.#pathOf(blob.digest);
      held.use(this.#hold(path));
      await this.#ensureDirectory(dirname(path));
      const putAt = new Date(this.#clock.wallMs());
      if (!(await renew(path, putAt))) {
        await handle.utimes(putAt, putAt);
        await handle.sync();
        await rename(temporary, path);
      }
      // Also when the file was there already: the put that made it may not have come this far yet.
      await syncDirectory(dirname(path));
      return blob;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async get(digest: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    if (range !== undefined) checkBlobRange(range);
    if (!isBlobDigest(digest)) throw new BlobNotFound(digest);
    try {
      const handle = await open(this.#pathOf(digest), 'r');
      return handle.createReadStream({ ...range, highWaterMark: READ_BYTES });
    } catch (error) {
      throw isMissing(error) ? new BlobNotFound(digest) : error;
    }
  }

  async size(digest: string): Promise<number | undefined> {
    if (!isBlobDigest(digest)) return undefined;
    try {
      return (await stat(this.#pathOf(digest))).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async sweep(isReferenced: (digest: string) => boolean, minAgeMs: number): Promise<number> {
    // What a put left behind when its process was killed.
    for (const name of await namesIn(this.#temporaryDirectory)) this.#removeOld(join(this.#temporaryDirectory, name), minAgeMs);
    let removed = 0;
    for (const folder of await namesIn(this.#directory)) {
      for (const digest of folder.length === 2 ? await namesIn(join(this.#directory, folder)) : []) {
        if (isBlobDigest(digest) && !isReferenced(digest) && this.#removeOld(this.#pathOf(digest), minAgeMs)) removed += 1;
      }
    }
    return removed;
  }

  #pathOf(digest: string): string {
    return join(this.#directory, digest.slice(0, 2), digest);
  }

  /** Synchronous on purpose: no put can begin between the look at the file and its removal, and none that has begun is disturbed. */
  #removeOld(path: string, minAgeMs: number): boolean {
    if (this.#held.has(path)) return false;
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() !== true || this.#clock.wallMs() - Math.round(found.mtimeMs) < minAgeMs) return false;
    unlinkSync(path);
    return true;
  }

  #hold(path: string): Disposable {
    this.#held.set(path, (this.#held.get(path) ?? 0) + 1);
    return {
      [Symbol.dispose]: () => {
        const others = (this.#held.get(path) ?? 0) - 1;
        if (others > 0) this.#held.set(path, others);
        else this.#held.delete(path);
      },
    };
  }

  /** Puts that need the same new directory wait for the same making of it, so that none promises more than the disk holds. */
  #ensureDirectory(path: string): Promise<void> {
    const known = this.#directories.get(path);
    if (known !== undefined) return known;
    const made = createDurableDirectory(path).catch((error: unknown) => {
      this.#directories.delete(path);
      throw error;
    });
    this.#directories.set(path, made);
    return made;
  }
}

/** Dates an existing file anew; false when there is none. */
async function renew(path: string, at: Date): Promise<boolean> {
  try {
    await utimes(path, at, at);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
