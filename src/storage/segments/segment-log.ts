import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#base/clock.ts';
import { invariant } from '#base/invariant.ts';
import type { Logger } from '#base/logger.ts';
import type { LogRecord, RecordLog, RecordPage, RecordQuery, Track } from '#storage/record-log.ts';
import { scanFrames, type FrameWriter } from './frame.ts';
import { batchSource, blockSource, writeBatch, type Pending } from './pending.ts';
import { readPage, type RecordSource } from './read-page.ts';
import { sealSegment, writeRaw } from './segment-file.ts';
import {
  begunMs,
  isMissing,
  loadSegments,
  newestMs,
  segmentBytes,
  segmentFiles,
  segmentName,
  segmentPath,
  type RawSegment,
  type Segment,
} from './segment-folder.ts';
import { SegmentIndex } from './segment-index.ts';
import { countRecords, trackOf, TrackTable, type TrackState } from './track-table.ts';

/** A raw segment is sealed beyond this size, or this age. */
const SEGMENT_BYTES = 8 * 1024 * 1024;
const SEGMENT_AGE_MS = 24 * 3600_000;
/** Frames are put together up to this size for one write. */
const WRITE_BYTES = 512 * 1024;
/** Tracks that one log remembers; the oldest segment goes when there are more. About 20 MB of memory. */
const MAX_TRACKS = 100_000;
/** Attempts of a read whose segments are sealed or dropped under it. */
const READ_ATTEMPTS = 4;

/** What the log needs of the store that it is part of. */
export interface SegmentLogOwner {
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For the running serial task. */
  readonly writer: FrameWriter;
  /** Something waits to be written. */
  changed(log: SegmentLog, addedLength: number): void;
  /** Runs a task that writes, after those before it: one writes at a time in the whole store. */
  serial<T>(task: () => Promise<T>): Promise<T>;
  wrote(bytes: number): void;
  lost(records: number): void;
}

/**
 * One log in a folder of segments, named by the position of their first record: the last one grows, earlier ones are sealed. All
 * changes of memory are synchronous; files are changed by one serial task at a time. A read takes a snapshot of blocks and of
 * what is still in memory, and takes another one when a file of the first has gone meanwhile.
 *
 * Positions start at the wall time in microseconds with each run, so that those of records lost in a crash, which a reader may
 * have seen, are not given out again.
 */
export class SegmentLog implements RecordLog {
  readonly id: string;
  readonly #owner: SegmentLogOwner;
  readonly #folder: string;
  readonly #tracks = new TrackTable();
  #segments: Segment[] = [];
  #waiting: Pending[] = [];
  #writing: readonly Pending[] = [];
  #nextPosition: number;
  #loaded = false;
  #loading: Promise<void> | undefined;
  #usedMs: number;

  constructor(id: string, owner: SegmentLogOwner) {
    this.id = id;
    this.#owner = owner;
    this.#folder = join(owner.directory, id);
    this.#nextPosition = owner.clock.wallMs() * 1000;
    this.#usedMs = owner.clock.monotonicMs();
  }

  append(track: string, records: readonly LogRecord[]): void {
    if (records.length === 0) return;
    const ingestedMs = this.#owner.clock.wallMs();
    const state = this.#tracks.get(track) ?? this.#tracks.create(track, ingestedMs, false);
    const { minMs, maxMs, length } = countRecords(state, records, ingestedMs);
    this.#waiting.push({ kind: 'batch', state, records, ingestedMs, minMs, maxMs, length, firstPosition: this.#nextPosition });
    this.#nextPosition += records.length;
    this.#owner.changed(this, length);
  }

  bufferedLength(track: string): number {
    return this.#tracks.get(track)?.bufferedLength ?? 0;
  }

  async createTrack(track: string): Promise<boolean> {
    await this.#load();
    if (this.#tracks.get(track) !== undefined) return false;
    const state = this.#tracks.create(track, this.#owner.clock.wallMs(), true);
    this.#push({ kind: 'declare', state });
    await this.flush();
    return true;
  }

  async deleteTrack(track: string): Promise<boolean> {
    await this.#load();
    const state = this.#tracks.get(track);
    if (state === undefined) return false;
    this.#tracks.delete(state);
    const belongs = (pending: Pending): boolean => pending.kind !== 'tombstone' && pending.state === state;
    this.#owner.changed(this, -lengthOf(this.#waiting.filter(belongs)));
    this.#waiting = this.#waiting.filter((pending) => !belongs(pending));
    invariant(state.number !== undefined, 'a loaded log numbers its tracks');
    this.#push({ kind: 'tombstone', number: state.number });
    await this.flush();
    return true;
  }

  async tracks(): Promise<readonly Track[]> {
    await this.#load();
    return this.#tracks
      .states()
      .map((state) => trackOf(state))
      .toArray();
  }

  async track(track: string): Promise<Track | undefined> {
    await this.#load();
    const state = this.#tracks.get(track);
    return state === undefined ? undefined : trackOf(state);
  }

  async read(query: RecordQuery): Promise<RecordPage> {
    for (let attempt = 1; ; attempt++) {
      await this.#load();
      try {
        return await readPage(this.#snapshot(query), query);
      } catch (error) {
        if (!isMissing(error) || attempt === READ_ATTEMPTS) throw error;
      }
    }
  }

  async trimBefore(timeMs: number): Promise<void> {
    await this.#load();
    await this.#owner.serial(async () => {
      for (let oldest = this.#segments[0]; oldest !== undefined && newestMs(oldest) < timeMs; oldest = this.#segments[0]) {
        await this.#dropOldest();
      }
    });
  }

  async storedBytes(): Promise<number> {
    if (this.#loaded) return this.#segments.reduce((sum, segment) => sum + segmentBytes(segment), 0);
    return (await this.files()).reduce((sum, file) => sum + file.bytes, 0);
  }

  async flush(): Promise<void> {
    await this.#owner.serial(() => this.write());
  }

  /** The segments' files, oldest first. */
  files(): Promise<readonly { readonly name: string; readonly bytes: number }[]> {
    return segmentFiles(this.#folder);
  }

  /** For the store, in a serial task: drops the oldest segment, the growing one last. */
  async dropOldestSegment(): Promise<void> {
    await this.#load();
    await this.#dropOldest();
  }

  /** For the store, in a serial task: deletes all files. What is still appended begins the log anew. */
  async removeFiles(): Promise<void> {
    await this.#loading;
    const buffered = this.#bufferedLength();
    this.#waiting = [];
    this.#writing = [];
    this.#segments = [];
    this.#tracks.clear();
    this.#loaded = false;
    this.#owner.changed(this, -buffered);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Forgets what the files tell, when nothing used the log for `idleMs`. */
  unloadIfIdle(idleMs: number): void {
    const idle = this.#owner.clock.monotonicMs() - this.#usedMs >= idleMs;
    if (!idle || !this.#loaded || this.#waiting.length + this.#writing.length > 0) return;
    this.#loaded = false;
    this.#segments = [];
    this.#tracks.clear();
  }

  /** For the store, in a serial task: writes what waits, and seals full segments. */
  async write(): Promise<void> {
    await this.#load();
    this.#writing = this.#waiting;
    this.#waiting = [];
    try {
      while (this.#writing.length > 0) await this.#writeSome();
    } finally {
      // After a failure: kept, in order, for the next attempt.
      if (this.#writing.length > 0) this.#waiting = [...this.#writing, ...this.#waiting];
      this.#writing = [];
    }
    await this.#sealFull();
    if (this.#tracks.size > MAX_TRACKS && this.#segments.length > 1) await this.#dropOldest();
  }

  /** Gives up the oldest waiting batches until `length` characters are left: for a disk that refuses writes. */
  shed(length: number): void {
    let excess = this.#bufferedLength() - length;
    let records = 0;
    this.#waiting = this.#waiting.filter((pending) => {
      if (pending.kind !== 'batch' || excess <= 0) return true;
      excess -= pending.length;
      records += pending.records.length;
      pending.state.bufferedLength -= pending.length;
      this.#owner.changed(this, -pending.length);
      return false;
    });
    if (records > 0) this.#owner.lost(records);
  }

  #push(pending: Pending): void {
    this.#waiting.push(pending);
    this.#owner.changed(this, 0);
  }

  #bufferedLength(): number {
    return lengthOf(this.#writing) + lengthOf(this.#waiting);
  }

  /** One write to the growing segment, of as many pending things as fit `WRITE_BYTES`. */
  async #writeSome(): Promise<void> {
    const segment = await this.#growing();
    const { index } = segment;
    const { writer } = this.#owner;
    writer.clear();
    const declared = new Set<TrackState>();
    let count = 0;
    let length = 0;
    for (const pending of this.#writing) {
      if (writer.bytes.length >= WRITE_BYTES) break;
      count++;
      if (pending.kind === 'tombstone') {
        writer.tombstone(pending.number);
        continue;
      }
      const { state } = pending;
      invariant(state.number !== undefined, 'a loaded log numbers its tracks');
      if (!index.tracks.has(state.number) && !declared.has(state)) {
        writer.track({ track: state.number, explicit: state.explicit, createdMs: state.createdMs, name: state.name });
        declared.add(state);
      }
      if (pending.kind === 'batch') {
        writeBatch(writer, pending, state.number);
        length += pending.length;
      }
    }
    const encoded = writer.bytes;
    const start = index.bytes;
    try {
      await writeRaw(segmentPath(this.#folder, segment), start, encoded);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Someone removed the file: what it held is gone, the log goes on in a new one.
      this.#segments = this.#segments.filter((other) => other !== segment);
      return;
    }
    scanFrames(encoded, (frame, end) => index.add(frame, start + end), { verify: false });
    for (const pending of this.#writing.slice(0, count)) {
      if (pending.kind === 'tombstone') continue;
      pending.state.segment = segment.name;
      if (pending.kind === 'batch') pending.state.bufferedLength -= pending.length;
    }
    this.#writing = this.#writing.slice(count);
    this.#owner.changed(this, -length);
    this.#owner.wrote(encoded.length);
  }

  async #growing(): Promise<RawSegment> {
    const last = this.#segments.at(-1);
    if (last?.kind === 'raw' && !this.#isFull(last)) return last;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const batch = this.#writing.find((pending) => pending.kind === 'batch');
    // Later than all that came before, also where only a declaration starts the segment.
    const position = Math.max(batch?.firstPosition ?? this.#nextPosition, last === undefined ? 0 : Number(last.name) + 1);
    const segment: RawSegment = { kind: 'raw', name: segmentName(position), index: new SegmentIndex() };
    this.#segments.push(segment);
    return segment;
  }

  #isFull(segment: RawSegment): boolean {
    if (segment.index.bytes >= SEGMENT_BYTES) return true;
    return this.#owner.clock.wallMs() - begunMs(segment) > SEGMENT_AGE_MS;
  }

  async #sealFull(): Promise<void> {
    for (const [at, segment] of this.#segments.entries()) {
      if (segment.kind === 'sealed' || (at === this.#segments.length - 1 && !this.#isFull(segment))) continue;
      const { bytes, blocks } = await sealSegment(join(this.#folder, segment.name), segment.index);
      this.#segments[at] = { kind: 'sealed', name: segment.name, bytes, blocks, maxMs: segment.index.maxMs };
      // Only now: a read that misses the raw file finds the sealed one with its next snapshot.
      await rm(segmentPath(this.#folder, segment), { force: true });
    }
  }

  async #dropOldest(): Promise<void> {
    const segment = this.#segments[0];
    if (segment === undefined) return;
    await rm(segmentPath(this.#folder, segment), { force: true });
    this.#segments.shift();
    for (const state of this.#tracks.states().toArray()) {
      if (state.segment !== segment.name || state.bufferedLength > 0) continue;
      if (state.explicit && state.lastMs === -Infinity) this.#push({ kind: 'declare', state });
      else this.#tracks.delete(state);
    }
  }

  #snapshot(query: RecordQuery): RecordSource[] {
    const states = query.tracks?.map((name) => this.#tracks.get(name)) ?? this.#tracks.states().toArray();
    const wanted = new Map<number, TrackState>();
    let minMs = Infinity;
    let maxMs = -Infinity;
    for (const state of states) {
      if (state?.number === undefined || !state.name.startsWith(query.trackPrefix ?? '')) continue;
      wanted.set(state.number, state);
      minMs = Math.min(minMs, state.firstMs);
      maxMs = Math.max(maxMs, state.lastMs);
    }
    const sources: RecordSource[] = [];
    for (const segment of this.#segments) {
      const path = segmentPath(this.#folder, segment);
      const sealed = segment.kind === 'sealed';
      for (const block of sealed ? segment.blocks : segment.index.blocks) {
        if (block.maxMs >= minMs && block.minMs <= maxMs) sources.push(blockSource(path, block, sealed, wanted));
      }
    }
    for (const pending of [...this.#writing, ...this.#waiting]) {
      if (pending.kind === 'batch' && wanted.get(pending.state.number ?? -1) === pending.state) sources.push(batchSource(pending));
    }
    return sources;
  }

  async #load(): Promise<void> {
    this.#usedMs = this.#owner.clock.monotonicMs();
    if (this.#loaded) return;
    this.#loading ??= this.#readFiles().finally(() => (this.#loading = undefined));
    await this.#loading;
  }

  async #readFiles(): Promise<void> {
    const { segments, known, lastPosition } = await loadSegments(this.#folder, this.#owner.logger);
    this.#segments = [...segments];
    this.#tracks.merge(known);
    this.#renumber(lastPosition);
    this.#loaded = true;
  }

  /** The wall clock went back since the last run: positions must grow all the same. */
  #renumber(lastPosition: number): void {
    const first = this.#waiting.find((pending) => pending.kind === 'batch')?.firstPosition ?? this.#nextPosition;
    if (first > lastPosition) return;
    const shift = lastPosition + 1 - first;
    for (const pending of this.#waiting) if (pending.kind === 'batch') pending.firstPosition += shift;
    this.#nextPosition += shift;
  }
}

function lengthOf(pendings: readonly Pending[]): number {
  return pendings.reduce((sum, pending) => sum + (pending.kind === 'batch' ? pending.length : 0), 0);
}
