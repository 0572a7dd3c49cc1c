import { createHash } from 'node:crypto';
import type { CompletedPart, CompleteMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import { AwsError } from '#aws/errors.ts';
import { checksumOf, combineChecksums, compositeChecksum } from './checksums/checksum.ts';
import type { Checksum, PartRecord, UploadRecord } from './records.ts';
import { invalidRequest, malformedXml } from './s3-errors.ts';

/** Of every part but the last. Source: "Amazon S3 multipart upload limits". */
const MIN_PART_BYTES = 5 * 1024 * 1024;

export interface Assembled {
  readonly parts: readonly PartRecord[];
  readonly sizeBytes: number;
  /** MD5 of the parts' MD5s, and their number. */
  readonly etag: string;
  readonly checksum: Checksum | undefined;
}

/**
 * The object that the parts make which the client lists.
 * @throws AwsError MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall, InvalidRequest, BadDigest
 */
export function assemble(upload: UploadRecord, uploaded: readonly PartRecord[], input: CompleteMultipartUploadCommandInput): Assembled {
  const listed = input.MultipartUpload?.Parts ?? [];
  if (listed.length === 0) throw malformedXml();
  const byNumber = new Map(uploaded.map((part) => [part.partNumber, part]));
  const parts = listed.map((part, index) => {
    if (index > 0 && (part.PartNumber ?? 0) <= (listed[index - 1]?.PartNumber ?? 0)) throw invalidPartOrder();
    return partOf(part, byNumber, upload);
  });
  for (const part of parts.slice(0, -1)) if (part.sizeBytes < MIN_PART_BYTES) throw tooSmall(part);
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== sizeBytes) {
    throw invalidRequest("The provided 'x-amz-mp-object-size' header does not match what was computed.");
  }
  const md5 = createHash('md5');
  for (const part of parts) md5.update(Buffer.from(part.etag, 'hex'));
  return { parts, sizeBytes, etag: `${md5.digest('hex')}-${parts.length}`, checksum: checkedChecksum(upload, parts, input) };
}

function partOf(listed: CompletedPart, byNumber: ReadonlyMap<number, PartRecord>, upload: UploadRecord): PartRecord {
  const found = byNumber.get(listed.PartNumber ?? 0);
  const claimed = checksumOf(listed);
  const right =
    found !== undefined &&
    listed.ETag?.replaceAll('"', '') === found.etag &&
    (claimed === undefined || found.checksum === undefined || claimed.value === found.checksum.value);
  if (right) return found;
  const message =
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  throw new AwsError('InvalidPart', message, {
    members: { UploadId: upload.uploadId, PartNumber: String(listed.PartNumber ?? ''), ETag: listed.ETag ?? '' },
  });
}

function checkedChecksum(
  { checksumAlgorithm: algorithm, checksumType: type = 'COMPOSITE' }: UploadRecord,
  parts: readonly PartRecord[],
  input: CompleteMultipartUploadCommandInput,
): Checksum | undefined {
  if (algorithm === undefined) return undefined;
  const values = parts.flatMap(({ checksum, sizeBytes }) => (checksum === undefined ? [] : [{ value: checksum.value, sizeBytes }]));
  const list = values.map(({ value }) => value);
  const value = type === 'FULL_OBJECT' ? combineChecksums(algorithm, values) : compositeChecksum(algorithm, list);
  const claimed = checksumOf(input);
  if (value === undefined) return undefined;
  if (claimed !== undefined && claimed.value.replace(/-\d+$/, '') !== value.replace(/-\d+$/, '')) {
    throw new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
  }
  return { algorithm, value, type };
}

function invalidPartOrder(): AwsError {
  return new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.');
}

function tooSmall(part: PartRecord): AwsError {
  return new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    members: {
      ProposedSize: String(part.sizeBytes),
      MinSizeAllowed: String(MIN_PART_BYTES),
      PartNumber: String(part.partNumber),
      ETag: part.etag,
    },
  });
}
