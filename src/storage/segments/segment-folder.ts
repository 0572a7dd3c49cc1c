import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '#base/logger.ts';
import { DamagedSegment, readSealedIndex, scanRaw } from './segment-file.ts';
import type { Block, IndexedTrack, SegmentIndex } from './segment-index.ts';

/** A segment in memory. Its name is the position of its first record, in microseconds of wall time at the least. */
export type Segment = RawSegment | SealedSegment;

export interface RawSegment {
  readonly kind: 'raw';
  readonly name: string;
  readonly index: SegmentIndex;
}

export interface SealedSegment {
  readonly kind: 'sealed';
  readonly name: string;
  readonly bytes: number;
  readonly blocks: readonly Block[];
  readonly maxMs: number;
}

/** All that a log's folder tells. */
export interface StoredSegments {
  readonly segments: readonly Segment[];
  readonly known: readonly { readonly name: string; readonly tracks: readonly IndexedTrack[]; readonly deleted: readonly number[] }[];
  /** -1 when there is no record. */
  readonly lastPosition: number;
}

export function segmentName(position: number): string {
  return String(position).padStart(16, '0');
}

export function segmentPath(folder: string, segment: Segment): string {
  return join(folder, `${segment.name}.${segment.kind === 'raw' ? 'log' : 'seg'}`);
}

/** When the segment was begun. */
export function begunMs(segment: Segment): number {
  return Number(segment.name) / 1000;
}

/** The highest time of its records; when it was begun if it has none. */
export function newestMs(segment: Segment): number {
  const maxMs = segment.kind === 'raw' ? segment.index.maxMs : segment.maxMs;
  return maxMs === -Infinity ? begunMs(segment) : maxMs;
}

export function segmentBytes(segment: Segment): number {
  return segment.kind === 'raw' ? segment.index.bytes : segment.bytes;
}

/** The files of the segments, oldest first; none when the folder is missing. */
export async function segmentFiles(folder: string): Promise<readonly { readonly name: string; readonly bytes: number }[]> {
  const files: { readonly name: string; readonly bytes: number }[] = [];
  for (const name of await list(folder)) {
    const info = await stat(join(folder, name)).catch(missingAsUndefined);
    if (info !== undefined) files.push({ name, bytes: info.size });
  }
  return files;
}

/** Reads what a log's folder holds, and tidies what a kill left: torn ends, and raw files that are sealed already. */
export async function loadSegments(folder: string, logger: Logger): Promise<StoredSegments> {
  const files = await list(folder);
  const sealedNames = new Set(files.filter((file) => file.endsWith('.seg')).map((file) => file.slice(0, 16)));
  const segments: Segment[] = [];
  const known = [];
  let lastPosition = -1;
  for (const file of files) {
    const name = file.slice(0, 16);
    const path = join(folder, file);
    if (file.endsWith('.log')) {
      if (sealedNames.has(name)) {
        await rm(path, { force: true });
        continue;
      }
      const index = await scanRaw(path);
      segments.push({ kind: 'raw', name, index });
      known.push({ name, tracks: [...index.tracks.values()], deleted: [...index.deleted] });
      lastPosition = Math.max(lastPosition, index.lastPosition);
    } else {
      const index = await readSealedIndex(path).catch(async (error: unknown) => {
        if (!(error instanceof DamagedSegment)) throw error;
        logger.error('a log segment is damaged and set aside', { path, error });
        await rename(path, `${path}.damaged`);
      });
      if (index === undefined) continue;
      const maxMs = index.blocks.reduce((max, block) => Math.max(max, block.maxMs), -Infinity);
      segments.push({ kind: 'sealed', name, bytes: index.bytes, blocks: index.blocks, maxMs });
      known.push({ name, tracks: index.tracks, deleted: index.deleted });
      lastPosition = Math.max(lastPosition, index.lastPosition);
    }
  }
  return { segments, known, lastPosition };
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function list(folder: string): Promise<readonly string[]> {
  const entries = (await readdir(folder).catch(missingAsUndefined)) ?? [];
  return entries.filter((entry) => /^\d{16}\.(log|seg)$/.test(entry)).toSorted();
}

function missingAsUndefined(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
