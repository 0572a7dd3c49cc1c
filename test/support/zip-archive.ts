import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a test archive. What is not given is as an honest Unix tool writes it. */
export interface ZipArchiveEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Unix mode with its type bits, 0o100644 unless given. */
  readonly mode?: number;
  /** System that made the entry: 3 is Unix, 0 is DOS. */
  readonly madeOn?: number;
  /** Compression method: 8 (deflate) unless given. Others than 0 and 8 store the bytes as they are. */
  readonly method?: number;
  /** General purpose flags: 1 marks an encrypted entry. */
  readonly flags?: number;
  /** Size that the directory claims instead of the real one. */
  readonly claimedSize?: number;
  readonly claimedCrc?: number;
}

/** Writes a zip byte by byte, so that a test can also write one that lies. */
export function zipArchive(entries: readonly ZipArchiveEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '');
    const method = entry.method ?? 8;
    const data = method === 8 ? deflateRawSync(content) : content;
    const name = Buffer.from(entry.name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE((entry.flags ?? 0) | 0x800, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(entry.claimedCrc ?? crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(entry.claimedSize ?? content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, entry.madeOn ?? 3]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, fields, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}
