import type { LogRecord } from '#storage/record-log.ts';
import { batchRecords, scanFrames, type Frame, type FrameWriter } from './frame.ts';
import type { RecordSource } from './read-page.ts';
import { readBlock } from './segment-file.ts';
import type { Block } from './segment-index.ts';
import type { TrackState } from './track-table.ts';

/** Records of one batch are split into frames of at most about this many characters. */
const MAX_FRAME_LENGTH = 256 * 1024;

/** Records that were appended and wait to be written; readable all the while. */
export interface Batch {
  readonly kind: 'batch';
  readonly state: TrackState;
  readonly records: readonly LogRecord[];
  readonly ingestedMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Characters. */
  readonly length: number;
  firstPosition: number;
}

/** What waits to be written, in order. */
export type Pending =
  | Batch
  | { readonly kind: 'declare'; readonly state: TrackState }
  | { readonly kind: 'tombstone'; readonly number: number };

/** Writes a batch as one frame, or as several when it is long. */
export function writeBatch(writer: FrameWriter, batch: Batch, track: number): void {
  const { records, ingestedMs, minMs, maxMs, firstPosition } = batch;
  if (batch.length <= MAX_FRAME_LENGTH) {
    writer.batch({ track, ingestedMs, minMs, maxMs, firstPosition, records }, batch.length);
    return;
  }
  for (let start = 0; start < records.length;) {
    let end = start;
    let length = 0;
    while (end < records.length && (end === start || length < MAX_FRAME_LENGTH)) length += records[end++]?.message.length ?? 0;
    // Each frame has the range of the whole batch: wide enough.
    const part = { track, ingestedMs, minMs, maxMs, firstPosition: firstPosition + start, records: records.slice(start, end) };
    writer.batch(part, length);
    start = end;
  }
}

/** The wanted records of a block on disk. */
export function blockSource(path: string, block: Block, sealed: boolean, wanted: ReadonlyMap<number, TrackState>): RecordSource {
  return {
    minMs: block.minMs,
    maxMs: block.maxMs,
    bytes: block.length,
    async read(offer) {
      const bytes = await readBlock(path, block, sealed);
      const visit = (frame: Frame): void => {
        if (frame.kind !== 'batch') return;
        const name = wanted.get(frame.track)?.name;
        if (name === undefined) return;
        batchRecords(bytes, frame, (timeMs, position, message) => offer(name, frame.ingestedMs, timeMs, position, message));
      };
      scanFrames(bytes, visit, { verify: false });
    },
  };
}

/** Records still in memory. */
export function batchSource(batch: Batch): RecordSource {
  return {
    minMs: batch.minMs,
    maxMs: batch.maxMs,
    bytes: batch.length,
    read(offer) {
      for (const [index, record] of batch.records.entries()) {
        offer(batch.state.name, batch.ingestedMs, record.timeMs, batch.firstPosition + index, () => record.message);
      }
      return Promise.resolve();
    },
  };
}
