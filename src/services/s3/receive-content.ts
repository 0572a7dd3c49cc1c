import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { AwsError } from '#aws/errors.ts';
import type { IncomingBody } from '#aws/wire/message.ts';
import type { BlobStore } from '#storage/blob-store.ts';
import { CHECKSUM_ALGORITHMS, checksumHeader, checksumOf, startChecksum, type ChecksumMembers } from './checksums/checksum.ts';
import type { Checksum, ChecksumAlgorithm, ContentPart } from './records.ts';
import { invalidRequest } from './s3-errors.ts';

/** The largest object in one piece, and the largest part. Source: "Uploading objects". */
const MAX_BYTES = 5 * 1024 ** 3;

export interface ReceivedContent extends ContentPart {
  /** Lower-case hexadecimal. */
  readonly md5: string;
  readonly checksum: Checksum | undefined;
}

export interface ContentClaims extends ChecksumMembers {
  readonly ContentMD5?: string | undefined;
  readonly ChecksumAlgorithm?: string | undefined;
  /** What is computed in any case, and no other may be named. */
  readonly required?: ChecksumAlgorithm | undefined;
}

/**
 * Stores a body while it arrives. It is there only when all of it has come and everything that was said of it is right: the signature,
 * the length, Content-MD5, and a checksum, whether it came before the bytes or after them.
 * @throws AwsError EntityTooLarge, MissingContentLength, InvalidRequest, InvalidDigest, BadDigest, MalformedTrailerError, and what the body throws
 */
export async function receiveContent(body: IncomingBody, claims: ContentClaims, blobs: Pick<BlobStore, 'put'>): Promise<ReceivedContent> {
  if (body.sizeBytes === undefined) {
    throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', { status: 411 });
  }
  if (body.sizeBytes > MAX_BYTES) {
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      members: { ProposedSize: String(body.sizeBytes), MaxSizeAllowed: String(MAX_BYTES) },
    });
  }
  const claimedMd5 = readMd5(claims.ContentMD5);
  const claimed = checksumOf(claims);
  const trailer = CHECKSUM_ALGORITHMS.find((each) => body.trailerNames.includes(checksumHeader(each)));
  const named = claimed?.algorithm ?? trailer;
  const { required } = claims;
  if (required !== undefined && named !== undefined && named !== required) {
    const types = `expected checksum Type: ${required.toLowerCase()}, actual checksum Type: ${named.toLowerCase()}`;
    throw invalidRequest(`Checksum Type mismatch occurred, ${types}`);
  }
  const algorithm = required ?? named ?? algorithmNamed(claims.ChecksumAlgorithm);
  const md5 = createHash('md5');
  const running = algorithm === undefined ? undefined : startChecksum(algorithm);
  const seen = { md5: '', checksum: '' };

  async function* checked(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const bytes of body) {
      md5.update(bytes);
      running?.update(bytes);
      yield bytes;
    }
    seen.md5 = md5.digest('hex');
    seen.checksum = running?.digest() ?? '';
    if (claimedMd5 !== undefined && claimedMd5 !== seen.md5) throw badDigest(claims.ContentMD5 ?? '', seen.md5);
    const told = claimed?.value ?? (trailer === undefined ? undefined : trailerOf(body, trailer));
    if (algorithm !== undefined && told !== undefined && told !== seen.checksum) throw badChecksum(algorithm);
  }

  const blob = await blobs.put(Readable.from(checked(), { objectMode: false }));
  const checksum = algorithm === undefined ? undefined : ({ algorithm, value: seen.checksum, type: 'FULL_OBJECT' } as const);
  return { digest: blob.digest, sizeBytes: blob.sizeBytes, md5: seen.md5, checksum };
}

function algorithmNamed(name: string | undefined): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name);
}

function trailerOf(body: IncomingBody, algorithm: ChecksumAlgorithm): string {
  const value = body.trailers()[checksumHeader(algorithm)];
  if (value !== undefined) return value;
  const message = 'The request contained trailing data that was not well-formed or did not conform to our published schema.';
  throw new AwsError('MalformedTrailerError', message);
}

function readMd5(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const digest = Buffer.from(text, 'base64');
  if (digest.length !== 16)
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.', { members: { 'Content-MD5': text } });
  return digest.toString('hex');
}

function badDigest(expected: string, computed: string): AwsError {
  return new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
    members: { ExpectedDigest: expected, CalculatedDigest: Buffer.from(computed, 'hex').toString('base64') },
  });
}

function badChecksum(algorithm: ChecksumAlgorithm): AwsError {
  return new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}
