import type { Frame } from './frame.ts';

/** Frames are read, compressed and skipped in runs of about this size. */
export const BLOCK_BYTES = 256 * 1024;

/** A run of whole frames in a segment's file. */
export interface Block {
  readonly offset: number;
  /** Bytes in the file: compressed in a sealed segment. */
  readonly length: number;
  /** Lowest and highest time of its records; Infinity and -Infinity when it has none. */
  readonly minMs: number;
  readonly maxMs: number;
}

/** A track as far as one segment knows it. */
export interface IndexedTrack {
  readonly track: number;
  readonly name: string;
  readonly explicit: boolean;
  readonly createdMs: number;
  readonly span?: { readonly firstMs: number; readonly lastMs: number; readonly lastIngestedMs: number };
}

/** What a segment holds, learnt frame by frame: while it is written, or when it is scanned after a restart. */
export class SegmentIndex {
  readonly blocks: Block[] = [];
  readonly tracks = new Map<number, IndexedTrack>();
  readonly deleted = new Set<number>();
  /** Length of the frames: also the offset at which the next one is written. */
  bytes = 0;
  /** Position of the newest record, -1 when there is none. */
  lastPosition = -1;
  maxMs = -Infinity;

  /** Takes the next frame; `end` is the offset in the segment after it. */
  add(frame: Frame, end: number): void {
    let minMs = Infinity;
    let maxMs = -Infinity;
    switch (frame.kind) {
      case 'track':
        this.tracks.set(frame.track, { track: frame.track, name: frame.name, explicit: frame.explicit, createdMs: frame.createdMs });
        break;
      case 'tombstone':
        this.deleted.add(frame.track);
        break;
      case 'batch': {
        ({ minMs, maxMs } = frame);
        this.lastPosition = frame.firstPosition + frame.count - 1;
        this.maxMs = Math.max(this.maxMs, maxMs);
        const track = this.tracks.get(frame.track);
        if (track !== undefined) {
          this.tracks.set(frame.track, {
            ...track,
            span: {
              firstMs: Math.min(track.span?.firstMs ?? Infinity, minMs),
              lastMs: Math.max(track.span?.lastMs ?? -Infinity, maxMs),
              lastIngestedMs: frame.ingestedMs,
            },
          });
        }
      }
    }
    const last = this.blocks.at(-1);
    const length = end - this.bytes;
    if (last !== undefined && last.length + length <= BLOCK_BYTES) {
      const merged = { ...last, length: last.length + length, minMs: Math.min(last.minMs, minMs), maxMs: Math.max(last.maxMs, maxMs) };
      this.blocks[this.blocks.length - 1] = merged;
    } else {
      this.blocks.push({ offset: this.bytes, length, minMs, maxMs });
    }
    this.bytes = end;
  }
}
