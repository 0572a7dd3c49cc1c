import type { CompleteMultipartUploadCommandInput, CompleteMultipartUploadCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import { toChecksumMembers } from '../checksums/checksum.ts';
import { checkWriteConditions } from '../conditions.ts';
import type { ContentReader } from '../content-reader.ts';
import { assemble } from '../multipart.ts';
import { quoted } from '../object-attributes.ts';
import type { Objects } from '../objects.ts';
import { CHECKSUM_MEMBERS, checkSupported } from '../supported-members.ts';
import type { Uploads } from '../uploads.ts';

const SUPPORTED = new Set([...CHECKSUM_MEMBERS, 'ChecksumType', 'IfMatch', 'IfNoneMatch', 'MpuObjectSize', 'MultipartUpload', 'UploadId']);

/** No byte is copied: the object is the list of its parts. */
export function completeMultipartUpload(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly objects: Pick<Objects, 'put'>;
  readonly uploads: Pick<Uploads, 'find' | 'parts' | 'end'>;
  readonly content: Pick<ContentReader, 'join'>;
  readonly clock: Clock;
}): Operation<CompleteMultipartUploadCommandInput, Omit<CompleteMultipartUploadCommandOutput, '$metadata'>> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    const { name: bucket } = ownBucket(input, context, deps.buckets);
    const key = input.Key ?? '';
    const upload = await deps.uploads.find(bucket, key, input.UploadId ?? '');
    const assembled = assemble(upload, await deps.uploads.parts(upload.uploadId), input);
    const {
      bucket: _bucket,
      uploadId: _id,
      initiatedMs: _initiated,
      checksumAlgorithm: _algorithm,
      checksumType: _type,
      ...attributes
    } = upload;
    const object = {
      ...attributes,
      sizeBytes: assembled.sizeBytes,
      etag: assembled.etag,
      lastModifiedMs: deps.clock.wallMs(),
      content: await deps.content.join(assembled.parts),
      ...(assembled.checksum !== undefined && { checksum: assembled.checksum }),
    };
    await deps.objects.put(bucket, object, (replaced) => checkWriteConditions(key, replaced, input));
    await deps.uploads.end(upload);
    return {
      Location: `${context.endpoint}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`,
      Bucket: bucket,
      Key: key,
      ETag: quoted(object.etag),
      ...toChecksumMembers(assembled.checksum),
    };
  };
}
