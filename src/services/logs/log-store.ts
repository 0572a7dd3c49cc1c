import type { Clock, Timer } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { DocumentStore } from '#storage/document-store.ts';
import type { RecordLog, RecordLogStore } from '#storage/record-log.ts';
import type { LogLine, LogSink, LogStreamName } from '#telemetry/log-sink.ts';
import { platformEventLine } from '#telemetry/platform-events.ts';
import { expiryMs, type LogGroup, type LogGroupPlace } from './log-group.ts';
import { LogGroups } from './log-groups.ts';

/** Characters of one stream, and of all together, that may wait to be written before function lines are dropped. */
const MAX_STREAM_LENGTH = 8 * 1024 * 1024;
const MAX_TOTAL_LENGTH = 32 * 1024 * 1024;
/** Retention is counted in days; freeing their space may take this much longer. */
const MAINTENANCE_INTERVAL_MS = 3600_000;
const FIRST_MAINTENANCE_MS = 60_000;

/** Sees the lines of a group as they are appended. */
export type LogListener = (group: LogGroup, stream: string, lines: readonly LogLine[], ingestedMs: number) => void;

export interface LogStoreStats {
  readonly bufferedLength: number;
  readonly storedBytes: number;
  /** Function lines that found the buffer full, since the start. */
  readonly droppedLines: number;
  /** Lines given up because the disk refused them, since the start. */
  readonly lostLines: number;
}

interface Target {
  readonly group: LogGroup;
  readonly log: RecordLog;
}

interface Dropped {
  readonly name: LogStreamName;
  readonly records: number;
  readonly bytes: number;
}

/**
 * The log events of all groups. Lines of execution environments come in by `append`, which touches memory only; see `DESIGN.md`.
 */
export class LogStore implements LogSink {
  readonly groups: LogGroups;
  readonly #records: RecordLogStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** By the identity of the name: an environment hands in the same object with each batch. */
  #targets = new WeakMap<LogStreamName, Target>();
  readonly #dropped = new Map<string, Dropped>();
  readonly #listeners = new Set<LogListener>();
  #droppedLines = 0;
  #timer: Timer;
  #maintenance: Promise<void>;

  private constructor(groups: LogGroups, options: LogStoreOptions) {
    this.groups = groups;
    this.#records = options.records;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#maintenance = this.#removeOrphans();
    this.#timer = this.#scheduleMaintenance(FIRST_MAINTENANCE_MS);
  }

  static async open(options: LogStoreOptions): Promise<LogStore> {
    return new LogStore(await LogGroups.open(options), options);
  }

  append(name: LogStreamName, lines: readonly LogLine[]): void {
    let target = this.#targets.get(name);
    if (target === undefined) {
      target = this.#target(name);
      this.#targets.set(name, target);
    }
    const kept = this.#withinBounds(target, name, lines);
    target.log.append(name.stream, kept);
    this.#notify(target.group, name.stream, kept);
  }

  /** The record log of a group, a track for each stream. */
  log(group: LogGroup): RecordLog {
    return this.#records.log(group.id);
  }

  /** Adds events to an existing stream of a group, and resolves when they are written. */
  async put(group: LogGroup, stream: string, events: readonly { readonly timeMs: number; readonly message: string }[]): Promise<void> {
    const log = this.log(group);
    log.append(stream, events);
    const lines = events.map((event): LogLine => ({ ...event, origin: 'platform' }));
    this.#notify(group, stream, lines);
    await log.flush();
  }

  /** False when there is no such group. Its events are gone at once; an environment that still writes begins a new group. */
  async deleteGroup(place: LogGroupPlace): Promise<boolean> {
    // In the same turn as the group leaves the directory of groups.
    this.#targets = new WeakMap();
    const group = await this.groups.delete(place);
    if (group === undefined) return false;
    await this.#records.remove(group.id);
    return true;
  }

  /** Calls the listener with every batch from now on, until the returned function is called. */
  listen(listener: LogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async flush(): Promise<void> {
    await this.groups.settle();
    await this.#records.flush();
  }

  stats(): LogStoreStats {
    const { bufferedLength, storedBytes, lostRecords } = this.#records.stats();
    return { bufferedLength, storedBytes, droppedLines: this.#droppedLines, lostLines: lostRecords };
  }

  /** Writes what is buffered, and closes the record logs. */
  async close(): Promise<void> {
    this.#timer.cancel();
    await this.#maintenance;
    this.#tellDropped();
    await this.groups.settle();
    await this.#records.close();
  }

  /** Frees the storage of expired events. */
  async maintain(): Promise<void> {
    this.groups.saveUnsaved();
    this.#tellDropped();
    for (const group of this.groups.all()) {
      const beforeMs = expiryMs(group, this.#clock.wallMs());
      if (beforeMs > 0) await this.log(group).trimBefore(beforeMs);
    }
  }

  #target(name: LogStreamName): Target {
    const group = this.groups.ensure({ accountId: name.accountId, region: name.region, name: name.group });
    return { group, log: this.log(group) };
  }

  #withinBounds(target: Target, name: LogStreamName, lines: readonly LogLine[]): readonly LogLine[] {
    const full = target.log.bufferedLength(name.stream) > MAX_STREAM_LENGTH || this.#records.stats().bufferedLength > MAX_TOTAL_LENGTH;
    if (!full) return this.#dropped.size === 0 ? lines : this.#afterDropped(target, name, lines);
    const kept = lines.filter((line) => line.origin === 'platform');
    const bytes = lines.reduce((sum, line) => sum + (line.origin === 'platform' ? 0 : line.message.length), 0);
    const key = droppedKey(target, name);
    const before = this.#dropped.get(key);
    const records = lines.length - kept.length;
    this.#dropped.set(key, { name, records: (before?.records ?? 0) + records, bytes: (before?.bytes ?? 0) + bytes });
    this.#droppedLines += records;
    return kept;
  }

  /** The lines, after one that tells what is missing before them. */
  #afterDropped(target: Target, name: LogStreamName, lines: readonly LogLine[]): readonly LogLine[] {
    const key = droppedKey(target, name);
    const dropped = this.#dropped.get(key);
    if (dropped === undefined) return lines;
    this.#dropped.delete(key);
    if (dropped.records === 0) return lines;
    const timeMs = this.#clock.wallMs();
    const record = { reason: 'The log buffer was full.', droppedRecords: dropped.records, droppedBytes: dropped.bytes };
    const message = platformEventLine({ type: 'platform.logsDropped', record }, timeMs);
    return [{ timeMs: lines[0]?.timeMs ?? timeMs, message, origin: 'platform' }, ...lines];
  }

  #tellDropped(): void {
    for (const { name } of Array.from(this.#dropped.values())) this.append(name, []);
  }

  #notify(group: LogGroup, stream: string, lines: readonly LogLine[]): void {
    if (this.#listeners.size === 0) return;
    const ingestedMs = this.#clock.wallMs();
    for (const listener of this.#listeners) listener(group, stream, lines, ingestedMs);
  }

  #scheduleMaintenance(delayMs: number): Timer {
    return this.#clock.schedule(delayMs, () => {
      this.#maintenance = this.#guarded('expired log events could not be deleted', () => this.maintain());
      this.#timer = this.#scheduleMaintenance(MAINTENANCE_INTERVAL_MS);
    });
  }

  /** Record logs without a group: their deletion was cut short. */
  #removeOrphans(): Promise<void> {
    return this.#guarded('deleted log groups could not be removed', async () => {
      for (const id of await this.#records.ids()) if (!this.groups.owns(id)) await this.#records.remove(id);
    });
  }

  async #guarded(message: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#logger.error(message, { error });
    }
  }
}

export interface LogStoreOptions {
  readonly documents: DocumentStore;
  /** Used by this store alone: logs in it that belong to no group are removed. */
  readonly records: RecordLogStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}

function droppedKey(target: Target, name: LogStreamName): string {
  return `${target.group.id}/${name.stream}`;
}
