import type { UploadPartCommandInput, UploadPartCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import type { IncomingBody } from '#aws/wire/message.ts';
import type { Clock } from '#base/clock.ts';
import type { BlobStore } from '#storage/blob-store.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import { toChecksumMembers } from '../checksums/checksum.ts';
import { quoted } from '../object-attributes.ts';
import { receiveContent } from '../receive-content.ts';
import { invalidArgument } from '../s3-errors.ts';
import { CHECKSUM_MEMBERS, checkSupported } from '../supported-members.ts';
import type { Uploads } from '../uploads.ts';

const SUPPORTED = new Set([...CHECKSUM_MEMBERS, 'Body', 'ContentLength', 'ContentMD5', 'ChecksumAlgorithm', 'PartNumber', 'UploadId']);
const MAX_PART_NUMBER = 10_000;

export interface UploadPartInput extends Omit<UploadPartCommandInput, 'Body'> {
  readonly Body: IncomingBody;
}

export function uploadPart(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly uploads: Pick<Uploads, 'find' | 'putPart'>;
  readonly blobs: Pick<BlobStore, 'put'>;
  readonly clock: Clock;
}): Operation<UploadPartInput, Omit<UploadPartCommandOutput, '$metadata'>> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    const { name: bucket } = ownBucket(input, context, deps.buckets);
    const { PartNumber: partNumber = 0 } = input;
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PART_NUMBER) {
      const message = `Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive`;
      throw invalidArgument(message, 'partNumber', String(partNumber));
    }
    const upload = await deps.uploads.find(bucket, input.Key ?? '', input.UploadId ?? '');
    // The algorithm of the upload is that of its parts, also when this request does not name it.
    const received = await receiveContent(input.Body, { ...input, required: upload.checksumAlgorithm }, deps.blobs);
    const { digest, sizeBytes, md5, checksum } = received;
    const lastModifiedMs = deps.clock.wallMs();
    await deps.uploads.putPart(upload, {
      partNumber,
      digest,
      sizeBytes,
      etag: md5,
      lastModifiedMs,
      ...(checksum !== undefined && { checksum }),
    });
    const { ChecksumType: _, ...members } = toChecksumMembers(checksum);
    return { ETag: quoted(md5), ...members };
  };
}
