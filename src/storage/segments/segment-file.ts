import { open, readFile, rename } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, zstdCompress, zstdDecompress } from 'node:zlib';
import { scanFrames } from './frame.ts';
import { SegmentIndex, type Block, type IndexedTrack } from './segment-index.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/**
 * A segment is first a raw file that grows (`<name>.log`: frames), then a sealed one that never changes (`<name>.seg`):
 *
 *     zstd block … | zstd of the index as JSON | u32 LE its length | u32 LE its CRC-32 | magic
 *
 * Sealing writes `<name>.tmp`, makes it durable and renames it, so that a `.seg` is always whole; only then is the `.log` removed.
 */
const MAGIC = Buffer.from('HEARTHL1');
const TRAILER_BYTES = 8 + MAGIC.length;

/** A sealed segment's file is damaged. */
export class DamagedSegment extends Error {
  override readonly name = 'DamagedSegment';
}

/** What the index of a sealed segment tells. */
export interface SealedIndex {
  readonly blocks: readonly Block[];
  readonly tracks: readonly IndexedTrack[];
  readonly deleted: readonly number[];
  readonly lastPosition: number;
}

/** Reads a raw segment. A torn end is cut off the file. */
export async function scanRaw(path: string): Promise<SegmentIndex> {
  const bytes = await readFile(path);
  const index = new SegmentIndex();
  const whole = scanFrames(bytes, (frame, end) => index.add(frame, end));
  if (whole < bytes.length) {
    const file = await open(path, 'r+');
    try {
      await file.truncate(whole);
    } finally {
      await file.close();
    }
  }
  return index;
}

/**
 * Writes at the offset that the index knows as the end: what an earlier write that failed left beyond it is written over. Not
 * synchronised: a kill of the process loses nothing of it, a power failure may.
 */
export async function writeRaw(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, offset === 0 ? 'w' : 'r+', 0o600);
  try {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
      done += bytesWritten;
    }
  } finally {
    await file.close();
  }
}

/** Bytes of a block, decompressed. @throws ENOENT when the segment was sealed or dropped meanwhile */
export async function readBlock(path: string, block: Block, sealed: boolean): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(block.length);
    const { bytesRead } = await file.read(bytes, 0, block.length, block.offset);
    if (bytesRead < block.length) throw new DamagedSegment(`${path} is shorter than its index says`);
    return sealed ? await decompress(bytes) : bytes;
  } finally {
    await file.close();
  }
}

/** Makes `<base>.seg` of `<base>.log`, which the caller removes, and returns its size and blocks. */
export async function sealSegment(
  base: string,
  index: SegmentIndex,
): Promise<{ readonly bytes: number; readonly blocks: readonly Block[] }> {
  const blocks: Block[] = [];
  const raw = await open(`${base}.log`, 'r');
  try {
    const sealed = await open(`${base}.tmp`, 'w', 0o600);
    try {
      let offset = 0;
      for (const block of index.blocks) {
        const bytes = Buffer.allocUnsafe(block.length);
        await raw.read(bytes, 0, block.length, block.offset);
        const packed = await compress(bytes);
        await sealed.write(packed, 0, packed.length, offset);
        blocks.push({ ...block, offset, length: packed.length });
        offset += packed.length;
      }
      const footer = await footerOf({
        blocks,
        tracks: [...index.tracks.values()],
        deleted: [...index.deleted],
        lastPosition: index.lastPosition,
      });
      await sealed.write(footer, 0, footer.length, offset);
      await sealed.datasync();
      await rename(`${base}.tmp`, `${base}.seg`);
      return { bytes: offset + footer.length, blocks };
    } finally {
      await sealed.close();
    }
  } finally {
    await raw.close();
  }
}

/** @throws DamagedSegment */
export async function readSealedIndex(path: string): Promise<SealedIndex & { readonly bytes: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size < TRAILER_BYTES) throw new DamagedSegment(`${path} is too short`);
    const trailer = Buffer.alloc(TRAILER_BYTES);
    await file.read(trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES);
    const length = trailer.readUInt32LE(0);
    if (!trailer.subarray(8).equals(MAGIC) || length > size - TRAILER_BYTES) throw new DamagedSegment(`${path} has no trailer`);
    const packed = Buffer.alloc(length);
    await file.read(packed, 0, length, size - TRAILER_BYTES - length);
    if (crc32(packed) !== trailer.readUInt32LE(4)) throw new DamagedSegment(`${path} has a damaged index`);
    const index = JSON.parse((await decompress(packed)).toString('utf8')) as StoredIndex;
    return { ...index, blocks: index.blocks.map(([offset, bytes, minMs, maxMs]) => blockOf(offset, bytes, minMs, maxMs)), bytes: size };
  } finally {
    await file.close();
  }
}

/** As in the footer; a block without records has no times. */
interface StoredIndex extends Omit<SealedIndex, 'blocks'> {
  readonly blocks: readonly (readonly [offset: number, length: number, minMs: number | null, maxMs: number | null])[];
}

function blockOf(offset: number, length: number, minMs: number | null, maxMs: number | null): Block {
  // JSON writes the infinities of a block without records as null.
  return { offset, length, minMs: minMs ?? Infinity, maxMs: maxMs ?? -Infinity };
}

async function footerOf(index: SealedIndex): Promise<Buffer> {
  const stored: StoredIndex = { ...index, blocks: index.blocks.map((block) => [block.offset, block.length, block.minMs, block.maxMs]) };
  const packed = await compress(Buffer.from(JSON.stringify(stored)));
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(packed.length, 0);
  trailer.writeUInt32LE(crc32(packed), 4);
  MAGIC.copy(trailer, 8);
  return Buffer.concat([packed, trailer]);
}
