import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import type { IncomingBody } from '#aws/wire/message.ts';
import type { Clock } from '#base/clock.ts';
import type { BlobStore } from '#storage/blob-store.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import { toChecksumMembers } from '../checksums/checksum.ts';
import { checkWriteConditions } from '../conditions.ts';
import { attributesOf, checkKey, quoted } from '../object-attributes.ts';
import type { Objects } from '../objects.ts';
import { receiveContent } from '../receive-content.ts';
import { ATTRIBUTE_MEMBERS, CHECKSUM_MEMBERS, checkSupported } from '../supported-members.ts';

const SUPPORTED = new Set([
  ...ATTRIBUTE_MEMBERS,
  ...CHECKSUM_MEMBERS,
  'Body',
  'ContentLength',
  'ContentMD5',
  'ChecksumAlgorithm',
  'IfMatch',
  'IfNoneMatch',
]);

export interface PutObjectInput extends Omit<PutObjectCommandInput, 'Body'> {
  readonly Body: IncomingBody;
}

/** The object is there, durably, when this answers; before that, an older one of the key is. */
export function putObject(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly objects: Pick<Objects, 'find' | 'put'>;
  readonly blobs: Pick<BlobStore, 'put'>;
  readonly clock: Clock;
}): Operation<PutObjectInput, Omit<PutObjectCommandOutput, '$metadata'>> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    const { name: bucket } = ownBucket(input, context, deps.buckets);
    const key = checkKey(input.Key ?? '');
    const attributes = attributesOf(input);
    const conditional = input.IfMatch !== undefined || input.IfNoneMatch !== undefined;
    // What is sure to be refused need not be sent.
    if (conditional) checkWriteConditions(key, await deps.objects.find(bucket, key), input);
    const received = await receiveContent(input.Body, input, deps.blobs);
    const object = {
      ...attributes,
      key,
      sizeBytes: received.sizeBytes,
      etag: received.md5,
      lastModifiedMs: deps.clock.wallMs(),
      content: { kind: 'blob', digest: received.digest },
      ...(received.checksum !== undefined && { checksum: received.checksum }),
    } as const;
    await deps.objects.put(bucket, object, (replaced) => checkWriteConditions(key, replaced, input));
    return { ETag: quoted(object.etag), ...toChecksumMembers(received.checksum) };
  };
}
