import { readdir } from 'node:fs/promises';
import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { RecordLogStats, RecordLogStore } from '#storage/record-log.ts';
import { FrameWriter } from './frame.ts';
import { isMissing } from './segment-folder.ts';
import { SegmentLog, type SegmentLogOwner } from './segment-log.ts';

/** What a kill may lose: records wait this long to be written, or until there are `FLUSH_LENGTH` characters of them. */
const FLUSH_INTERVAL_MS = 500;
const FLUSH_LENGTH = 256 * 1024;
/** Between attempts while the disk refuses. */
const RETRY_INTERVAL_MS = 2000;
/** More than a caller that minds its bounds ever has waiting: only a disk that refuses writes makes us give up records. */
const MAX_BUFFERED_LENGTH = 128 * 1024 * 1024;
const MAINTENANCE_INTERVAL_MS = 60_000;
/** Bytes written after which the budget is looked at before the interval is over. */
const MAINTENANCE_BYTES = 64 * 1024 * 1024;
/** A log that nobody used for this long gives its memory back. */
const IDLE_MS = 10 * 60_000;

/**
 * Logs as folders of segments below one folder; see `segment-log.ts`. Appending touches memory only; one background task at a time
 * writes, seals and deletes. When all logs together outgrow the budget, the oldest segments go first, whichever log they are of.
 */
export class SegmentStore implements RecordLogStore {
  readonly #directory: string;
  readonly #budgetBytes: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #owner: SegmentLogOwner;
  readonly #logs = new Map<string, SegmentLog>();
  #dirty = new Set<SegmentLog>();
  #bufferedLength = 0;
  #storedBytes = 0;
  #writtenSinceMaintenance = 0;
  #lostRecords = 0;
  #tasks: Promise<unknown> = Promise.resolve();
  #flushTimer: Timer | undefined;
  #flushing = false;
  #maintenanceTimer: Timer | undefined;
  #closed = false;

  constructor(options: { readonly directory: string; readonly budgetBytes: number; readonly clock: Clock; readonly logger: Logger }) {
    this.#directory = options.directory;
    this.#budgetBytes = options.budgetBytes;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#owner = {
      directory: options.directory,
      clock: options.clock,
      logger: options.logger,
      writer: new FrameWriter(),
      changed: (log, addedLength) => this.#changed(log, addedLength),
      serial: (task) => this.#serial(task),
      wrote: (bytes) => {
        this.#storedBytes += bytes;
        this.#writtenSinceMaintenance += bytes;
      },
      lost: (records) => (this.#lostRecords += records),
    };
    this.#scheduleMaintenance();
  }

  log(id: string): SegmentLog {
    let log = this.#logs.get(id);
    if (log === undefined) {
      log = new SegmentLog(id, this.#owner);
      this.#logs.set(id, log);
    }
    return log;
  }

  async ids(): Promise<readonly string[]> {
    const stored = await this.#storedIds();
    return [...new Set([...stored, ...this.#logs.keys()])];
  }

  async remove(id: string): Promise<void> {
    const log = this.log(id);
    await this.#serial(() => log.removeFiles());
    this.#dirty.delete(log);
    this.#logs.delete(id);
  }

  async flush(): Promise<void> {
    await this.#serial(() => this.#writeDirty());
  }

  stats(): RecordLogStats {
    return { bufferedLength: this.#bufferedLength, storedBytes: this.#storedBytes, lostRecords: this.#lostRecords };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#flushTimer?.cancel();
    this.#maintenanceTimer?.cancel();
    await this.flush();
  }

  /** Deletes the oldest segments beyond the budget, and lets go of what was not used lately. */
  async maintain(): Promise<void> {
    this.#writtenSinceMaintenance = 0;
    await this.#serial(() => this.#keepBudget());
    for (const log of this.#logs.values()) log.unloadIfIdle(IDLE_MS);
  }

  #changed(log: SegmentLog, addedLength: number): void {
    this.#bufferedLength += addedLength;
    if (addedLength < 0) return;
    this.#dirty.add(log);
    if (this.#closed || this.#flushing) return;
    if (this.#bufferedLength >= FLUSH_LENGTH) this.#flushInBackground();
    else this.#flushTimer ??= this.#clock.schedule(FLUSH_INTERVAL_MS, () => this.#flushInBackground());
  }

  #flushInBackground(): void {
    this.#flushing = true;
    this.#flushTimer?.cancel();
    this.#flushTimer = undefined;
    let pauseMs = FLUSH_INTERVAL_MS;
    void this.flush()
      .catch((error: unknown) => {
        pauseMs = RETRY_INTERVAL_MS;
        this.#logger.error('log records could not be written', { error, bufferedLength: this.#bufferedLength });
        if (this.#bufferedLength > MAX_BUFFERED_LENGTH) for (const log of this.#dirty) log.shed(MAX_BUFFERED_LENGTH / 2 / this.#dirty.size);
      })
      .finally(() => {
        this.#flushing = false;
        if (this.#closed) return;
        if (this.#writtenSinceMaintenance > MAINTENANCE_BYTES) this.#maintainInBackground();
        if (this.#dirty.size === 0) return;
        // Much has come meanwhile: go on at once.
        const delayMs = pauseMs === FLUSH_INTERVAL_MS && this.#bufferedLength >= FLUSH_LENGTH ? 0 : pauseMs;
        this.#flushTimer = this.#clock.schedule(delayMs, () => this.#flushInBackground());
      });
  }

  async #writeDirty(): Promise<void> {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    const failures: unknown[] = [];
    for (const log of dirty) {
      try {
        await log.write();
      } catch (error) {
        this.#dirty.add(log);
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  #maintainInBackground(): void {
    void this.maintain().catch((error: unknown) => this.#logger.error('log segments could not be tidied', { error }));
  }

  #scheduleMaintenance(): void {
    this.#maintenanceTimer = this.#clock.schedule(MAINTENANCE_INTERVAL_MS, () => {
      this.#maintainInBackground();
      this.#scheduleMaintenance();
    });
  }

  async #keepBudget(): Promise<void> {
    const files: { readonly log: string; readonly name: string; readonly bytes: number }[] = [];
    for (const id of await this.#storedIds()) {
      for (const file of await this.log(id).files()) files.push({ log: id, ...file });
    }
    let total = files.reduce((sum, file) => sum + file.bytes, 0);
    files.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const file of files) {
      if (total <= this.#budgetBytes) break;
      await this.log(file.log).dropOldestSegment();
      total -= file.bytes;
    }
    this.#storedBytes = total;
  }

  async #storedIds(): Promise<readonly string[]> {
    try {
      const entries = await readdir(this.#directory, { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #serial<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tasks.then(task);
    // The next task runs whatever became of this one; whoever asked for it learns of its failure.
    this.#tasks = result.catch(() => undefined);
    return result;
  }
}
