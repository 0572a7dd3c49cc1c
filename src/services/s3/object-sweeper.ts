import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { BlobStore } from '#storage/blob-store.ts';
import type { ContentReader } from './content-reader.ts';
import type { Objects } from './objects.ts';
import type { Uploads } from './uploads.ts';

const PERIOD_MS = 30 * 60_000;
/** Bytes are stored before the object that they belong to, and a look at all objects takes its time. */
const MIN_AGE_MS = 3600_000;

/**
 * Gives back the disk space of bytes that no object and no upload has any more, an hour or more after they came. Looks every half hour,
 * and the first time half an hour after the start: a daemon that nobody uses does nothing.
 */
export class ObjectSweeper {
  readonly #options: ObjectSweeperOptions;
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: ObjectSweeperOptions) {
    this.#options = options;
    this.#schedule();
  }

  /** Sweeps now. A failure is logged: what is left lies there until the next time. */
  async sweep(): Promise<void> {
    const { blobs, log } = this.#options;
    try {
      const used = await this.#digests();
      const removed = await blobs.sweep((digest) => used.has(digest), MIN_AGE_MS);
      if (removed > 0) log.info('removed the bytes of deleted objects', { blobs: removed });
    } catch (error) {
      log.error('the bytes of deleted objects could not be removed', { error });
    }
  }

  /** Waits for a sweep that runs. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#running;
  }

  /** What is put from now on is younger than what is removed. */
  async #digests(): Promise<ReadonlySet<string>> {
    const { objects, uploads, content } = this.#options;
    const used = new Set<string>();
    // Uploads first: what completes meanwhile is an object by the time those are looked at.
    for await (const digest of uploads.digests()) used.add(digest);
    for await (const object of objects.all()) {
      used.add(object.content.kind === 'blob' ? object.content.digest : object.content.manifest);
      for (const { digest } of await content.partsOf(object.content)) used.add(digest);
    }
    return used;
  }

  #schedule(): void {
    this.#timer = this.#options.clock.schedule(PERIOD_MS, () => {
      this.#running = this.#sweepAndSchedule();
    });
  }

  async #sweepAndSchedule(): Promise<void> {
    await this.sweep();
    if (!this.#closed) this.#schedule();
  }
}

export interface ObjectSweeperOptions {
  readonly objects: Pick<Objects, 'all'>;
  readonly uploads: Pick<Uploads, 'digests'>;
  readonly content: Pick<ContentReader, 'partsOf'>;
  readonly blobs: Pick<BlobStore, 'sweep'>;
  readonly clock: Clock;
  readonly log: Logger;
}
