import type { DeleteBucketCommandInput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import type { Objects } from '../objects.ts';
import { bucketNotEmpty } from '../s3-errors.ts';
import type { Uploads } from '../uploads.ts';

/** Uploads that are under way go with the bucket. */
export function deleteBucket(deps: {
  readonly buckets: Pick<Buckets, 'find' | 'delete'>;
  readonly objects: Pick<Objects, 'isEmpty'>;
  readonly uploads: Pick<Uploads, 'endAll'>;
}): Operation<DeleteBucketCommandInput, void> {
  return async (input, context) => {
    const { name } = ownBucket(input, context, deps.buckets);
    const deleted = await deps.buckets.delete(name, async () => {
      if (!(await deps.objects.isEmpty(name))) return false;
      await deps.uploads.endAll(name);
      return true;
    });
    if (!deleted) throw bucketNotEmpty(name);
  };
}
