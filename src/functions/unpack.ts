import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { crc32, createInflateRaw, inflateRaw } from 'node:zlib';
import { MAX_LINK_BYTES } from './code-limits.ts';
import { readZipDirectory, ZipRejected, type ZipEntry } from './zip-directory.ts';

const inflate = promisify(inflateRaw);

/** Files up to this size are inflated in one piece, which is several times faster; larger ones are streamed. */
const WHOLE_FILE_BYTES = 2 * 1024 * 1024;

/** Files in work at once: enough to keep zlib's threads busy, few enough to bound memory by 16 MB. */
const PARALLEL_FILES = 8;

/**
 * Unpacks a package into an existing, empty folder. Directories become 0755; files 0755 when any execute bit is set, else
 * 0644: AWS would leave a file that only its owner may read unreadable to the function, here every file of a package can be read.
 * @throws ZipRejected when the package lies about its sizes or checksums, or a link leads out of the folder. What was written
 *   until then stays: the caller discards the folder
 */
export async function unpack(bytes: Buffer, folder: string): Promise<void> {
  const entries = await readZipDirectory(bytes);
  await makeDirectories(entries, folder);
  const files = entries.filter((entry) => entry.kind === 'file').values();
  const workers = await Promise.allSettled(Array.from({ length: PARALLEL_FILES }, () => writeFiles(files, bytes, folder)));
  // All have stopped before the first failure is told, so that nobody writes into a folder that is being discarded.
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  for (const link of entries.filter((entry) => entry.kind === 'link')) {
    await symlink(await linkTarget(link, bytes), join(folder, link.path));
  }
}

async function makeDirectories(entries: readonly ZipEntry[], folder: string): Promise<void> {
  const directories = new Set<string>();
  for (const entry of entries) {
    const leaf = entry.kind === 'directory' ? entry.path : dirname(entry.path);
    for (let path = leaf; path !== '.' && !directories.has(path); path = dirname(path)) directories.add(path);
  }
  // A parent sorts before what it contains.
  for (const path of [...directories].toSorted()) {
    await mkdir(join(folder, path));
    // The mode given to mkdir would be cut by the umask.
    await chmod(join(folder, path), 0o755);
  }
}

/** One of several workers that take from the same iterator. */
async function writeFiles(files: IterableIterator<ZipEntry>, bytes: Buffer, folder: string): Promise<void> {
  for (const entry of files) {
    const path = join(folder, entry.path);
    const mode = entry.executable ? 0o755 : 0o644;
    if (entry.sizeBytes <= WHOLE_FILE_BYTES) await writeFile(path, await content(entry, bytes), { flag: 'wx', mode });
    else await streamFile(entry, bytes, path, mode);
    await chmod(path, mode);
  }
}

/** The whole content; never more than the directory announced. */
async function content(entry: ZipEntry, bytes: Buffer): Promise<Buffer> {
  const compressed = packed(entry, bytes);
  const plain = entry.compression === 'stored' ? compressed : await inflateWithin(compressed, entry);
  checkContent(entry, plain.length, crc32(plain));
  return plain;
}

async function inflateWithin(compressed: Buffer, entry: ZipEntry): Promise<Buffer> {
  try {
    // zlib refuses a maximum of 0.
    return await inflate(compressed, { maxOutputLength: Math.max(1, entry.sizeBytes) });
  } catch (error) {
    throw new ZipRejected('unreadable', `${entry.path}: ${String(error)}`);
  }
}

async function streamFile(entry: ZipEntry, bytes: Buffer, path: string, mode: number): Promise<void> {
  let sizeBytes = 0;
  let checksum = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      sizeBytes += chunk.length;
      checksum = crc32(chunk, checksum);
      // Stops a bomb while it goes off, not after it has filled the disk.
      if (sizeBytes > entry.sizeBytes) done(new ZipRejected('unreadable', `${entry.path} is larger than announced`));
      else done(null, chunk);
    },
  });
  const source = Readable.from([packed(entry, bytes)]);
  const target = createWriteStream(path, { flags: 'wx', mode });
  try {
    if (entry.compression === 'stored') await pipeline(source, count, target);
    else await pipeline(source, createInflateRaw(), count, target);
  } catch (error) {
    if (isZlibError(error)) throw new ZipRejected('unreadable', `${entry.path}: ${error.message}`);
    throw error;
  }
  checkContent(entry, sizeBytes, checksum);
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}

function packed(entry: ZipEntry, bytes: Buffer): Buffer {
  return bytes.subarray(entry.dataStart, entry.dataStart + entry.compressedBytes);
}

function checkContent(entry: ZipEntry, sizeBytes: number, checksum: number): void {
  if (sizeBytes !== entry.sizeBytes) throw new ZipRejected('unreadable', `${entry.path} has another size than announced`);
  if (checksum !== entry.crc32) throw new ZipRejected('unreadable', `${entry.path} has a wrong checksum`);
}

/**
 * Where a link points. Upward steps are allowed at the start only, and only as many as there are folders above the link. The
 * folders above are real (no entry lies below a link), and what follows goes down, perhaps through links for which the same
 * holds: so no chain of links leaves the package.
 */
async function linkTarget(link: ZipEntry, bytes: Buffer): Promise<string> {
  if (link.sizeBytes > MAX_LINK_BYTES) throw new ZipRejected('unreadable', `the link ${link.path} is too long`);
  const target = (await content(link, bytes)).toString('utf8');
  const segments = target.split('/').filter((segment) => segment !== '' && segment !== '.');
  const ups = segments.findIndex((segment) => segment !== '..');
  const upward = ups === -1 ? segments.length : ups;
  const depth = link.path.split('/').length - 1;
  if (target === '' || target.includes('\0') || target.startsWith('/')) {
    throw new ZipRejected('unreadable', `the link ${link.path} has no relative target`);
  }
  if (upward > depth || segments.slice(upward).includes('..')) {
    throw new ZipRejected('unreadable', `the link ${link.path} leads out of the package`);
  }
  return target;
}
