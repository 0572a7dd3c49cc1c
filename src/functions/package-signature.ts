import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { readZipDirectory, ZipRejected, type ZipEntry } from './zip-directory.ts';

/**
 * Signed packages. As AWS Signer's, they are the package itself and one entry more, which says who signed what and until when; the
 * entry's form is our own. What is signed is a digest over everything of the package that unpacking makes use of, so that the
 * signature survives what changes nothing in that, and nothing else.
 */

/** What a signature says. All of it is signed. */
export interface SignatureStatement {
  /** `arn:aws:signer:<region>:<account>:/signing-profiles/<name>/<version>`. */
  readonly profileVersionArn: string;
  readonly jobArn: string;
  readonly signedAtMs: number;
  readonly expiresAtMs: number;
}

/** Who can make signatures, and check them. */
export interface SignatureAuthority {
  /** Whether the profile's own key made the signature; undefined when there is no such profile here. */
  verify(profileVersionArn: string, message: Uint8Array, signature: Uint8Array): boolean | undefined;
}

/** What was found of a package's signature when it was stored. */
export interface PackageSignature extends Pick<SignatureStatement, 'profileVersionArn' | 'jobArn' | 'expiresAtMs'> {
  /** `broken`: the package, or the signature, was changed afterwards. `foreign`: by somebody whose key is not known here. */
  readonly integrity: 'intact' | 'broken' | 'foreign';
}

/** Where AWS Signer puts its own. */
const ENTRY = 'META-INF/aws_signer_signature_v1.0.SF';
const FORM = 'hearth-1';
/** Longer than any that we make. */
const MAX_ENTRY_BYTES = 16 * 1024;

interface SignatureDocument extends SignatureStatement {
  readonly form: string;
  /** Base64. */
  readonly signature: string;
}

/** What came of signing: the package with a signature in it, or why it cannot have one. */
export type SigningOutcome = { readonly kind: 'signed'; readonly zip: Buffer } | { readonly kind: 'refused'; readonly reason: string };

/** Puts a signature into the package, instead of one that it had. */
export async function signPackage(
  zip: Buffer,
  statement: SignatureStatement,
  sign: (message: Uint8Array) => Uint8Array,
): Promise<SigningOutcome> {
  try {
    const message = messageOf(statement, packageDigest(zip, await readZipDirectory(zip)));
    const document: SignatureDocument = { form: FORM, ...statement, signature: Buffer.from(sign(message)).toString('base64') };
    const signed = withEntry(zip, ENTRY, Buffer.from(JSON.stringify(document)));
    if (signed === undefined) return { kind: 'refused', reason: 'The package is a zip of the 64-bit form, which cannot be signed.' };
    return { kind: 'signed', zip: signed };
  } catch (error) {
    if (error instanceof ZipRejected) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

/** Undefined for a package without a signature. `entries` are all that the package has. */
export function readPackageSignature(
  zip: Buffer,
  entries: readonly ZipEntry[],
  authority: SignatureAuthority,
): PackageSignature | undefined {
  const entry = entries.find(({ path }) => path === ENTRY);
  if (entry === undefined) return undefined;
  const document = parseDocument(zip, entry);
  if (document === undefined) return { profileVersionArn: '', jobArn: '', expiresAtMs: 0, integrity: 'broken' };
  const { profileVersionArn, jobArn, expiresAtMs } = document;
  const message = messageOf(document, packageDigest(zip, entries));
  const right = authority.verify(profileVersionArn, message, Buffer.from(document.signature, 'base64'));
  return { profileVersionArn, jobArn, expiresAtMs, integrity: right === undefined ? 'foreign' : right ? 'intact' : 'broken' };
}

function parseDocument(zip: Buffer, entry: ZipEntry): SignatureDocument | undefined {
  if (entry.compression !== 'stored' || entry.compressedBytes > MAX_ENTRY_BYTES) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(zip.toString('utf8', entry.dataStart, entry.dataStart + entry.compressedBytes));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return isDocument(document) ? document : undefined;
}

function isDocument(value: unknown): value is SignatureDocument {
  if (typeof value !== 'object' || value === null || !('form' in value) || value.form !== FORM) return false;
  const texts = ['profileVersionArn', 'jobArn', 'signature'].every((name) => typeof Reflect.get(value, name) === 'string');
  return texts && ['signedAtMs', 'expiresAtMs'].every((name) => Number.isSafeInteger(Reflect.get(value, name)));
}

function messageOf({ profileVersionArn, jobArn, signedAtMs, expiresAtMs }: SignatureStatement, digest: string): Buffer {
  return Buffer.from(JSON.stringify([FORM, profileVersionArn, jobArn, signedAtMs, expiresAtMs, digest]));
}

/** Over all entries but the signature, in the order of their paths: names, kinds and the bytes as they are compressed. */
function packageDigest(zip: Buffer, entries: readonly ZipEntry[]): string {
  const digest = createHash('sha384');
  for (const entry of entries.toSorted((left, right) => (left.path < right.path ? -1 : 1))) {
    if (entry.path === ENTRY) continue;
    const { path, kind, executable, compression, sizeBytes } = entry;
    const content = createHash('sha384').update(zip.subarray(entry.dataStart, entry.dataStart + entry.compressedBytes));
    digest.update(`${JSON.stringify([path, kind, executable, compression, sizeBytes, content.digest('hex')])}\n`);
  }
  return digest.digest('hex');
}

const END_BYTES = 22;
const END_MARK = 0x0605_4b50;
const RECORD_MARK = 0x0201_4b50;
const RECORD_BYTES = 46;
const LOCAL_MARK = 0x0403_4b50;
const LOCAL_BYTES = 30;
/** Version 2.0 of the format, made on Unix. */
const VERSION_NEEDED = 20;
const VERSION_MADE_BY = (3 << 8) | VERSION_NEEDED;
const UTF8_NAMES = 1 << 11;
/** 1980-01-01, the first day of the format: a signature says its own date. */
const FIRST_DAY = (1 << 5) | 1;
/** A regular file, readable by all. */
const ATTRIBUTES = 0o100644 * 0x1_0000;

/**
 * The archive with one more file, stored, in place of one of the same name. The bytes before its directory stay as they are. Undefined
 * for one in the 64-bit form of the format.
 */
function withEntry(zip: Buffer, name: string, content: Buffer): Buffer | undefined {
  const end = endRecord(zip);
  if (end === undefined) return undefined;
  const { records, count } = directoryWithout(zip, end, name);
  const before = zip.subarray(0, end.directoryStart);
  const nameBytes = Buffer.from(name);
  const local = Buffer.alloc(LOCAL_BYTES);
  local.writeUInt32LE(LOCAL_MARK, 0);
  writeFields(local, 4, nameBytes, content);
  const record = Buffer.alloc(RECORD_BYTES);
  record.writeUInt32LE(RECORD_MARK, 0);
  record.writeUInt16LE(VERSION_MADE_BY, 4);
  writeFields(record, 6, nameBytes, content);
  record.writeUInt32LE(ATTRIBUTES, 38);
  record.writeUInt32LE(before.length, 42);
  const directory = Buffer.concat([records, record, nameBytes]);
  const last = Buffer.alloc(END_BYTES);
  last.writeUInt32LE(END_MARK, 0);
  last.writeUInt16LE(count + 1, 8);
  last.writeUInt16LE(count + 1, 10);
  last.writeUInt32LE(directory.length, 12);
  last.writeUInt32LE(before.length + local.length + nameBytes.length + content.length, 16);
  return Buffer.concat([before, local, nameBytes, content, directory, last]);
}

/** What the two headers of a file have in common, from `version needed` on. */
function writeFields(header: Buffer, at: number, name: Buffer, content: Buffer): void {
  header.writeUInt16LE(VERSION_NEEDED, at);
  header.writeUInt16LE(UTF8_NAMES, at + 2);
  header.writeUInt16LE(FIRST_DAY, at + 8);
  header.writeUInt32LE(crc32(content), at + 10);
  header.writeUInt32LE(content.length, at + 14);
  header.writeUInt32LE(content.length, at + 18);
  header.writeUInt16LE(name.length, at + 22);
}

interface EndRecord {
  readonly count: number;
  readonly directoryStart: number;
  readonly directoryBytes: number;
}

/** Undefined when its numbers stand in a record of the 64-bit form. */
function endRecord(zip: Buffer): EndRecord | undefined {
  const mark = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
  const at = zip.lastIndexOf(mark);
  const record = { count: zip.readUInt16LE(at + 10), directoryBytes: zip.readUInt32LE(at + 12), directoryStart: zip.readUInt32LE(at + 16) };
  const large = record.count >= 0xffff - 1 || record.directoryStart === 0xffff_ffff || record.directoryBytes === 0xffff_ffff;
  return large ? undefined : record;
}

function directoryWithout(zip: Buffer, end: EndRecord, name: string): { readonly records: Buffer; readonly count: number } {
  const kept: Buffer[] = [];
  let at = end.directoryStart;
  for (let index = 0; index < end.count; index++) {
    const nameBytes = zip.readUInt16LE(at + 28);
    const next = at + RECORD_BYTES + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    if (zip.toString('utf8', at + RECORD_BYTES, at + RECORD_BYTES + nameBytes) !== name) kept.push(zip.subarray(at, next));
    at = next;
  }
  return { records: Buffer.concat(kept), count: kept.length };
}
