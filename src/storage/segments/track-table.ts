import type { LogRecord, Track } from '#storage/record-log.ts';
import type { IndexedTrack } from './segment-index.ts';

/** A track in memory. Its number is missing until the log's segments are read, for an append never waits for that. */
export interface TrackState {
  readonly name: string;
  number: number | undefined;
  createdMs: number;
  /** Created by a call, not by its first record. */
  explicit: boolean;
  firstMs: number;
  lastMs: number;
  lastIngestedMs: number;
  /** Characters that wait to be written. */
  bufferedLength: number;
  /** Name of the newest segment that knows the track. */
  segment: string | undefined;
}

/** The tracks of one log: what its segments say, merged with what is in memory only. */
export class TrackTable {
  readonly #byName = new Map<string, TrackState>();
  readonly #deleted = new Set<number>();
  #nextNumber = 1;
  #numbered = false;

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): TrackState | undefined {
    return this.#byName.get(name);
  }

  states(): MapIterator<TrackState> {
    return this.#byName.values();
  }

  create(name: string, createdMs: number, explicit: boolean): TrackState {
    const state: TrackState = {
      name,
      number: this.#numbered ? this.#nextNumber++ : undefined,
      createdMs,
      explicit,
      firstMs: Infinity,
      lastMs: -Infinity,
      lastIngestedMs: 0,
      bufferedLength: 0,
      segment: undefined,
    };
    this.#byName.set(name, state);
    return state;
  }

  /** Forgets the track; its number is never used again. */
  delete(state: TrackState): void {
    this.#byName.delete(state.name);
    if (state.number !== undefined) this.#deleted.add(state.number);
  }

  /** The log is emptied from memory: its segments will tell again. */
  clear(): void {
    this.#byName.clear();
    this.#deleted.clear();
    this.#nextNumber = 1;
    this.#numbered = false;
  }

  /** Takes over what the segments know, oldest first; then every track has a number. */
  merge(
    segments: readonly { readonly name: string; readonly tracks: readonly IndexedTrack[]; readonly deleted: readonly number[] }[],
  ): void {
    for (const segment of segments) for (const number of segment.deleted) this.#retire(number);
    for (const segment of segments) {
      for (const track of segment.tracks) {
        this.#nextNumber = Math.max(this.#nextNumber, track.track + 1);
        if (!this.#deleted.has(track.track)) this.#mergeTrack(segment.name, track);
      }
    }
    this.#numbered = true;
    for (const state of this.#byName.values()) state.number ??= this.#nextNumber++;
  }

  #retire(number: number): void {
    this.#deleted.add(number);
    this.#nextNumber = Math.max(this.#nextNumber, number + 1);
  }

  #mergeTrack(segment: string, track: IndexedTrack): void {
    const state = this.#byName.get(track.name) ?? this.create(track.name, track.createdMs, track.explicit);
    state.number ??= track.track;
    state.createdMs = Math.min(state.createdMs, track.createdMs);
    state.explicit ||= track.explicit;
    state.segment = segment;
    if (track.span === undefined) return;
    state.firstMs = Math.min(state.firstMs, track.span.firstMs);
    state.lastMs = Math.max(state.lastMs, track.span.lastMs);
    state.lastIngestedMs = Math.max(state.lastIngestedMs, track.span.lastIngestedMs);
  }
}

/** Widens the track's span by records; returns their range and length in characters. */
export function countRecords(
  state: TrackState,
  records: readonly LogRecord[],
  ingestedMs: number,
): { readonly minMs: number; readonly maxMs: number; readonly length: number } {
  let minMs = Infinity;
  let maxMs = -Infinity;
  let length = 0;
  for (const record of records) {
    if (record.timeMs < minMs) minMs = record.timeMs;
    if (record.timeMs > maxMs) maxMs = record.timeMs;
    length += record.message.length;
  }
  if (minMs < state.firstMs) state.firstMs = minMs;
  if (maxMs > state.lastMs) state.lastMs = maxMs;
  state.lastIngestedMs = ingestedMs;
  state.bufferedLength += length;
  return { minMs, maxMs, length };
}

export function trackOf(state: TrackState): Track {
  const { name, createdMs, firstMs, lastMs, lastIngestedMs } = state;
  return lastMs === -Infinity ? { name, createdMs } : { name, createdMs, span: { firstMs, lastMs, lastIngestedMs } };
}
