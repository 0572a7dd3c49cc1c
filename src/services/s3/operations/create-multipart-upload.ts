import type { CreateMultipartUploadCommandInput, CreateMultipartUploadCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import { CHECKSUM_ALGORITHMS } from '../checksums/checksum.ts';
import { attributesOf, checkKey } from '../object-attributes.ts';
import type { UploadRecord } from '../records.ts';
import { invalidRequest, notImplemented } from '../s3-errors.ts';
import { ATTRIBUTE_MEMBERS, checkSupported } from '../supported-members.ts';
import type { Uploads } from '../uploads.ts';

const SUPPORTED = new Set([...ATTRIBUTE_MEMBERS, 'ChecksumAlgorithm', 'ChecksumType']);

export function createMultipartUpload(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly uploads: Pick<Uploads, 'create'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}): Operation<CreateMultipartUploadCommandInput, Omit<CreateMultipartUploadCommandOutput, '$metadata'>> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    const { name: bucket } = ownBucket(input, context, deps.buckets);
    const key = checkKey(input.Key ?? '');
    const checksum = checksumOf(input);
    const upload = { ...attributesOf(input), ...checksum, bucket, key, uploadId: deps.ids.hex(32), initiatedMs: deps.clock.wallMs() };
    await deps.uploads.create(upload);
    return {
      Bucket: bucket,
      Key: key,
      UploadId: upload.uploadId,
      ChecksumAlgorithm: checksum.checksumAlgorithm,
      ChecksumType: checksum.checksumType,
    };
  };
}

/** Source: "Checking object integrity", the types that each algorithm has in multipart uploads. */
function checksumOf(input: CreateMultipartUploadCommandInput): Pick<UploadRecord, 'checksumAlgorithm' | 'checksumType'> {
  const { ChecksumAlgorithm: name, ChecksumType: type } = input;
  if (name === undefined) {
    if (type === undefined) return {};
    throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
  }
  const checksumAlgorithm = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name);
  if (checksumAlgorithm === undefined) throw notImplemented(`ChecksumAlgorithm ${name}`);
  const checksumType = type ?? (checksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const possible = checksumType === 'FULL_OBJECT' ? checksumAlgorithm.startsWith('CRC') : checksumAlgorithm !== 'CRC64NVME';
  if (!possible) {
    throw invalidRequest(
      `The ${checksumType} checksum type cannot be used with the ${checksumAlgorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { checksumAlgorithm, checksumType };
}
