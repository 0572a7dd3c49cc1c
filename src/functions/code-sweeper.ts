import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { BlobStore } from '#storage/blob-store.ts';
import type { CodeStore } from './code-store.ts';
import type { FunctionRepository } from './function-repository.ts';
import type { LayerRepository } from './layer-repository.ts';

const PERIOD_MS = 10 * 60_000;
/** After something was retired: late enough that the environments which used it are gone, most often. */
const SOON_MS = 30_000;
/** Packages are stored before the function that uses them; one that never got a function is kept this long. */
const ORPHAN_BLOB_AGE_MS = 3600_000;

/**
 * Gives back the disk space of code that no function shows and no environment runs: the unpacked folder at the next sweep (also that of an inactive function), the
 * package itself an hour after it was last uploaded, unless it is that of a layer version. Sweeps every ten minutes, and soon after a version was retired.
 */
export class CodeSweeper {
  readonly #options: CodeSweeperOptions;
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  #soon = false;
  #closed = false;

  constructor(options: CodeSweeperOptions) {
    this.#options = options;
    options.functions.onRetired(() => this.#sweepSoon());
    this.#schedule(PERIOD_MS);
  }

  /** Sweeps now. A failure is logged: what is left lies there until the next time. */
  async sweep(): Promise<void> {
    const { functions, layers, environments, code, blobs, log } = this.#options;
    const shown = functions.codeDigests();
    const runnable = functions.codeDigests({ inactive: false });
    // The sets are a short cut, and at worst keep too much; what is not in them is looked for anew each time.
    const isUsed = (digest: string): boolean => shown.has(digest) || functions.usesCode(digest) || environments.usesCode(digest);
    const isRun = (digest: string): boolean =>
      runnable.has(digest) || functions.usesCode(digest, { inactive: false }) || environments.usesCode(digest);
    try {
      const folders = await code.sweep(isRun);
      const packages = await blobs.sweep((digest) => isUsed(digest) || layers.usesCode(digest), ORPHAN_BLOB_AGE_MS);
      if (folders + packages > 0) log.info('removed code that is no longer used', { folders, packages });
    } catch (error) {
      log.error('code that is no longer used could not be removed', { error });
    }
  }

  /** Waits for a sweep that runs. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#running;
  }

  #sweepSoon(): void {
    if (this.#soon || this.#closed) return;
    this.#soon = true;
    this.#schedule(SOON_MS);
  }

  #schedule(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.schedule(delayMs, () => {
      this.#soon = false;
      this.#running = this.#running.then(() => this.#sweepAndSchedule());
    });
  }

  async #sweepAndSchedule(): Promise<void> {
    await this.sweep();
    if (!this.#soon && !this.#closed) this.#schedule(PERIOD_MS);
  }
}

export interface CodeSweeperOptions {
  readonly functions: Pick<FunctionRepository, 'codeDigests' | 'onRetired' | 'usesCode'>;
  readonly layers: Pick<LayerRepository, 'usesCode'>;
  /** Those that run code, are being made for it or are being removed. */
  readonly environments: { usesCode(digest: string): boolean };
  readonly code: Pick<CodeStore, 'sweep'>;
  readonly blobs: Pick<BlobStore, 'sweep'>;
  readonly clock: Clock;
  readonly log: Logger;
}
