import { createHash } from 'node:crypto';
import type { BlobStore } from '#storage/blob-store.ts';
import { MAX_ZIPPED_BYTES } from './code-limits.ts';
import type { CodePackage } from './function-record.ts';
import { invalidParameter, requestTooLarge } from './lambda-errors.ts';
import { readPackageSignature, type SignatureAuthority } from './package-signature.ts';
import { readZipDirectory, ZipRejected } from './zip-directory.ts';

export interface PackageRules {
  /** 50 MB unless given, the limit for packages in requests. */
  readonly maxZippedBytes?: number;
  readonly signatures: SignatureAuthority;
}

/**
 * Checks an uploaded package as far as its directory goes, and stores its bytes durably.
 * @throws AwsError RequestEntityTooLargeException above 50 MB (recorded by test_oversized_zipped_create_lambda);
 *   InvalidParameterValueException for what cannot be unpacked, or is more than 250 MB then (test_oversized_unzipped_lambda)
 */
export async function storeCodePackage(zip: Uint8Array, blobs: BlobStore, rules: PackageRules): Promise<CodePackage> {
  const known = await checkZip(zip, rules);
  const blob = await blobs.put(zip);
  return { digest: blob.digest, sizeBytes: blob.sizeBytes, ...known };
}

/** The checks of {@link storeCodePackage} alone; what would be stored. */
export async function checkCodePackage(zip: Uint8Array, rules: PackageRules): Promise<CodePackage> {
  const known = await checkZip(zip, rules);
  return { digest: createHash('sha256').update(zip).digest('hex'), sizeBytes: zip.byteLength, ...known };
}

async function checkZip(
  zip: Uint8Array,
  { maxZippedBytes = MAX_ZIPPED_BYTES, signatures }: PackageRules,
): Promise<Pick<CodePackage, 'signature' | 'unzippedBytes'>> {
  if (zip.byteLength > maxZippedBytes) throw requestTooLarge(`Zipped size must be smaller than ${maxZippedBytes} bytes`);
  if (zip.byteLength === 0) throw invalidParameter(new ZipRejected('empty', 'no bytes').message);
  try {
    const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
    const entries = await readZipDirectory(bytes);
    const signature = readPackageSignature(bytes, entries, signatures);
    const unzippedBytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { unzippedBytes, ...(signature !== undefined && { signature }) };
  } catch (error) {
    if (error instanceof ZipRejected) throw invalidParameter(error.message);
    throw error;
  }
}

/** What the API calls CodeSha256: the digest in base64. */
export function codeSha256(code: Pick<CodePackage, 'digest'>): string {
  return Buffer.from(code.digest, 'hex').toString('base64');
}
