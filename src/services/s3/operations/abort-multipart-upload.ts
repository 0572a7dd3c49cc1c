import type { AbortMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import { checkSupported } from '../supported-members.ts';
import type { Uploads } from '../uploads.ts';

const SUPPORTED = new Set(['UploadId']);

export function abortMultipartUpload(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly uploads: Pick<Uploads, 'find' | 'end'>;
}): Operation<AbortMultipartUploadCommandInput, void> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    const { name } = ownBucket(input, context, deps.buckets);
    await deps.uploads.end(await deps.uploads.find(name, input.Key ?? '', input.UploadId ?? ''));
  };
}
