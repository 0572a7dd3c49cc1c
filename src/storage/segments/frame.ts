import { crc32 } from 'node:zlib';
import type { LogRecord } from '#storage/record-log.ts';

/**
 * What a segment is made of. Little-endian:
 *
 *     u32 payload length | u32 CRC-32 of the payload | payload
 *
 *     TRACK     u8 1 | u32 track | u8 explicit | f64 created | name
 *     BATCH     u8 2 | u32 track | f64 ingested | f64 first position | f64 lowest time | f64 highest time | u32 count | records
 *     TOMBSTONE u8 3 | u32 track
 *
 * A record is `f64 time | u32 length | UTF-8 message`. Tracks go by number; each segment declares those it uses before their first
 * batch, so that a segment can be read, and dropped, alone. The numbers of deleted tracks are never used again.
 */
export const FRAME_HEADER_BYTES = 8;
const BATCH_HEADER_BYTES = 41;
const RECORD_HEADER_BYTES = 12;
const MIN_BUFFER_BYTES = 64 * 1024;
const MAX_KEPT_BYTES = 2 * 1024 * 1024;
const KIND = { TRACK: 1, BATCH: 2, TOMBSTONE: 3 } as const;

export type Frame =
  | { readonly kind: 'track'; readonly track: number; readonly explicit: boolean; readonly createdMs: number; readonly name: string }
  | BatchFrame
  | { readonly kind: 'tombstone'; readonly track: number };

/** A batch without its records, which `batchRecords` reads. */
export interface BatchFrame {
  readonly kind: 'batch';
  readonly track: number;
  readonly ingestedMs: number;
  readonly firstPosition: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly count: number;
  /** Offsets into the bytes that were scanned. */
  readonly start: number;
  readonly end: number;
}

/** A batch as it is written. */
export interface BatchContent {
  readonly track: number;
  readonly ingestedMs: number;
  readonly firstPosition: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly records: readonly LogRecord[];
}

/** Collects frames for one write, in memory that is used again for the next one. */
export class FrameWriter {
  #buffer = Buffer.alloc(0);
  #end = 0;

  /** The frames since `clear`, valid until then. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  clear(): void {
    this.#end = 0;
    // A single huge record is no reason to keep its memory.
    if (this.#buffer.length > MAX_KEPT_BYTES) this.#buffer = Buffer.alloc(0);
  }

  /** `length` is the number of characters in the records' messages. */
  batch(batch: BatchContent, length: number): void {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const capacity = FRAME_HEADER_BYTES + BATCH_HEADER_BYTES + batch.records.length * RECORD_HEADER_BYTES + length * 3;
    const target = this.#reserve(capacity);
    const offset = this.#end;
    let at = offset + FRAME_HEADER_BYTES;
    at = target.writeUInt8(KIND.BATCH, at);
    at = target.writeUInt32LE(batch.track, at);
    at = target.writeDoubleLE(batch.ingestedMs, at);
    at = target.writeDoubleLE(batch.firstPosition, at);
    at = target.writeDoubleLE(batch.minMs, at);
    at = target.writeDoubleLE(batch.maxMs, at);
    at = target.writeUInt32LE(batch.records.length, at);
    for (const record of batch.records) {
      const bytes = target.write(record.message, at + RECORD_HEADER_BYTES, 'utf8');
      target.writeDoubleLE(record.timeMs, at);
      target.writeUInt32LE(bytes, at + 8);
      at += RECORD_HEADER_BYTES + bytes;
    }
    this.#seal(at);
  }

  track(track: { readonly track: number; readonly explicit: boolean; readonly createdMs: number; readonly name: string }): void {
    const target = this.#reserve(FRAME_HEADER_BYTES + 14 + track.name.length * 3);
    let at = this.#end + FRAME_HEADER_BYTES;
    at = target.writeUInt8(KIND.TRACK, at);
    at = target.writeUInt32LE(track.track, at);
    at = target.writeUInt8(track.explicit ? 1 : 0, at);
    at = target.writeDoubleLE(track.createdMs, at);
    this.#seal(at + target.write(track.name, at, 'utf8'));
  }

  tombstone(track: number): void {
    const target = this.#reserve(FRAME_HEADER_BYTES + 5);
    const at = target.writeUInt8(KIND.TOMBSTONE, this.#end + FRAME_HEADER_BYTES);
    this.#seal(target.writeUInt32LE(track, at));
  }

  #reserve(bytes: number): Buffer {
    const needed = this.#end + bytes;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2, MIN_BUFFER_BYTES));
      this.#buffer.copy(grown, 0, 0, this.#end);
      this.#buffer = grown;
    }
    return this.#buffer;
  }

  #seal(end: number): void {
    const start = this.#end + FRAME_HEADER_BYTES;
    this.#buffer.writeUInt32LE(end - start, this.#end);
    this.#buffer.writeUInt32LE(crc32(this.#buffer.subarray(start, end)), this.#end + 4);
    this.#end = end;
  }
}

/**
 * Reads frames from `bytes` up to the first one that is incomplete or damaged: the torn end of a file whose writer was killed.
 * Returns the offset where that is. `verify` is left out for bytes that were verified before.
 */
export function scanFrames(
  bytes: Buffer,
  visit: (frame: Frame, end: number) => void,
  options: { readonly verify: boolean } = { verify: true },
): number {
  let offset = 0;
  while (offset + FRAME_HEADER_BYTES <= bytes.length) {
    const start = offset + FRAME_HEADER_BYTES;
    const end = start + bytes.readUInt32LE(offset);
    // The shortest payload is a tombstone's.
    if (end > bytes.length || end < start + 5) break;
    if (options.verify && crc32(bytes.subarray(start, end)) !== bytes.readUInt32LE(offset + 4)) break;
    const frame = readFrame(bytes, start, end);
    if (frame === undefined) break;
    visit(frame, end);
    offset = end;
  }
  return offset;
}

/** Calls `visit` with each record of a batch. The message is decoded only when `visit` asks for it. */
export function batchRecords(
  bytes: Buffer,
  batch: BatchFrame,
  visit: (timeMs: number, position: number, message: () => string) => void,
): void {
  let at = batch.start + BATCH_HEADER_BYTES;
  for (let index = 0; index < batch.count; index++) {
    const start = at + RECORD_HEADER_BYTES;
    const end = start + bytes.readUInt32LE(at + 8);
    visit(bytes.readDoubleLE(at), batch.firstPosition + index, () => bytes.toString('utf8', start, end));
    at = end;
  }
}

function readFrame(bytes: Buffer, start: number, end: number): Frame | undefined {
  const track = bytes.readUInt32LE(start + 1);
  switch (bytes[start]) {
    case KIND.TRACK:
      return {
        kind: 'track',
        track,
        explicit: bytes[start + 5] === 1,
        createdMs: bytes.readDoubleLE(start + 6),
        name: bytes.toString('utf8', start + 14, end),
      };
    case KIND.BATCH:
      return {
        kind: 'batch',
        track,
        ingestedMs: bytes.readDoubleLE(start + 5),
        firstPosition: bytes.readDoubleLE(start + 13),
        minMs: bytes.readDoubleLE(start + 21),
        maxMs: bytes.readDoubleLE(start + 29),
        count: bytes.readUInt32LE(start + 37),
        start,
        end,
      };
    case KIND.TOMBSTONE:
      return { kind: 'tombstone', track };
    default:
      return undefined;
  }
}
