import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { MAX_ENTRIES, MAX_NAME_BYTES, MAX_PATH_BYTES, MAX_PATH_SEGMENTS, MAX_UNZIPPED_BYTES } from './code-limits.ts';

/**
 * A package that cannot be used. `too-large`: more than 250 MB unpacked; `empty`: no entries; `unreadable`: everything else.
 * `message` is the sentence AWS answers with; `detail` is for our log.
 */
export class ZipRejected extends Error {
  override readonly name = 'ZipRejected';
  readonly problem: 'too-large' | 'empty' | 'unreadable';
  readonly detail: string;

  constructor(problem: 'too-large' | 'empty' | 'unreadable', detail: string) {
    super(TEXT[problem]);
    this.problem = problem;
    this.detail = detail;
  }
}

const TEXT = {
  'too-large': `Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes`,
  empty: 'Uploaded file must be a non-empty zip',
  unreadable: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
} as const;

/** One entry, checked: its path is relative, stays inside, and collides with no other. */
export interface ZipEntry {
  /** Normalised: no empty, `.` or `..` segments, no slash at either end. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly executable: boolean;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly compression: 'stored' | 'deflate';
  /** Offset of the compressed bytes in the package. */
  readonly dataStart: number;
}

/**
 * Reads and checks the directory of a package; no content is inflated. The sizes are what the package claims: unpacking
 * counts what really comes out.
 * @throws ZipRejected
 */
export async function readZipDirectory(bytes: Buffer): Promise<readonly ZipEntry[]> {
  try {
    // Our own checks of names below replace nothing of yauzl's: it refuses absolute paths, `..` and drive letters by itself.
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, decodeStrings: true, validateEntrySizes: true });
    return await readEntries(zip);
  } catch (error) {
    if (error instanceof ZipRejected) throw error;
    throw new ZipRejected('unreadable', error instanceof Error ? error.message : String(error));
  }
}

async function readEntries(zip: ZipFile): Promise<readonly ZipEntry[]> {
  if (zip.entryCount === 0) throw new ZipRejected('empty', 'the package has no entries');
  if (zip.entryCount > MAX_ENTRIES) throw new ZipRejected('unreadable', `${zip.entryCount} entries, more than ${MAX_ENTRIES}`);
  const entries: ZipEntry[] = [];
  const names = new NameCheck();
  let totalBytes = 0;
  for await (const raw of zip.eachEntry()) {
    const entry = await readEntry(zip, raw);
    if (entry === undefined) continue;
    totalBytes += entry.sizeBytes;
    if (totalBytes > MAX_UNZIPPED_BYTES) throw new ZipRejected('too-large', `more than ${MAX_UNZIPPED_BYTES} bytes by its directory`);
    names.add(entry);
    entries.push(entry);
  }
  return entries;
}

/** Undefined for the package's own root (`./`), which some tools list. */
async function readEntry(zip: ZipFile, raw: Entry): Promise<ZipEntry | undefined> {
  const path = normalise(raw.fileName);
  if (path === '') {
    if (raw.fileName.endsWith('/')) return undefined;
    throw new ZipRejected('unreadable', 'an entry without a name');
  }
  if (raw.isEncrypted()) throw new ZipRejected('unreadable', `${path} is encrypted`);
  if (raw.compressionMethod !== 0 && raw.compressionMethod !== 8) {
    throw new ZipRejected('unreadable', `${path} is compressed by method ${raw.compressionMethod}`);
  }
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(raw, { minimal: true });
  return {
    path,
    ...kindOf(raw, path),
    sizeBytes: raw.uncompressedSize,
    crc32: raw.crc32,
    compressedBytes: raw.compressedSize,
    compression: raw.compressionMethod === 8 ? 'deflate' : 'stored',
    dataStart: fileDataStart,
  };
}

function normalise(fileName: string): string {
  if (fileName.includes('\0')) throw new ZipRejected('unreadable', 'a name with a NUL byte');
  const segments = fileName.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.length > MAX_PATH_SEGMENTS) throw new ZipRejected('unreadable', 'a path is too deep');
  for (const segment of segments) {
    if (Buffer.byteLength(segment) > MAX_NAME_BYTES) throw new ZipRejected('unreadable', 'a name is too long');
  }
  const path = segments.join('/');
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) throw new ZipRejected('unreadable', 'a path is too long');
  return path;
}

const MADE_ON_UNIX = 3;
const MADE_ON_MACOS = 19;

/** The type and the execute bits that Unix tools store in the upper half of the external attributes. */
function kindOf(raw: Entry, path: string): Pick<ZipEntry, 'kind' | 'executable'> {
  const madeOn = raw.versionMadeBy >> 8;
  const mode = madeOn === MADE_ON_UNIX || madeOn === MADE_ON_MACOS ? raw.externalFileAttributes >>> 16 : 0;
  const executable = (mode & 0o111) !== 0;
  const type = mode & 0o170000;
  if (raw.fileName.endsWith('/')) return { kind: 'directory', executable: true };
  switch (type) {
    case 0:
    case 0o100000:
      return { kind: 'file', executable };
    case 0o040000:
      return { kind: 'directory', executable: true };
    case 0o120000:
      return { kind: 'link', executable: false };
    default:
      throw new ZipRejected('unreadable', `${path} is neither file, directory nor link`);
  }
}

/**
 * No path twice, and nothing below a path that is no directory: with that, writing an entry never follows a link of the same
 * package. A directory may be listed again. Also counts what unpacking will make.
 */
class NameCheck {
  readonly #kinds = new Map<string, ZipEntry['kind']>();

  add(entry: ZipEntry): void {
    this.#claim(entry.path, entry.kind);
    for (let slash = entry.path.lastIndexOf('/'); slash !== -1; slash = entry.path.lastIndexOf('/', slash - 1)) {
      const known = this.#claim(entry.path.slice(0, slash), 'directory');
      if (known) return;
    }
  }

  /** True when the path was known before, and its parents with it. */
  #claim(path: string, kind: ZipEntry['kind']): boolean {
    const existing = this.#kinds.get(path);
    if (existing === undefined) {
      if (this.#kinds.size === MAX_ENTRIES) throw new ZipRejected('unreadable', `more than ${MAX_ENTRIES} files and folders`);
      this.#kinds.set(path, kind);
      return false;
    }
    if (existing === 'directory' && kind === 'directory') return true;
    throw new ZipRejected('unreadable', `${path} is there twice`);
  }
}
