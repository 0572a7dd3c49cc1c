import type { DeleteObjectCommandInput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import { checkWriteConditions } from '../conditions.ts';
import type { Objects } from '../objects.ts';
import { checkSupported } from '../supported-members.ts';

const SUPPORTED = new Set(['IfMatch']);

/** A key that is not there is deleted like any other. */
export function deleteObject(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly objects: Pick<Objects, 'delete'>;
}): Operation<DeleteObjectCommandInput, void> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    const { name } = ownBucket(input, context, deps.buckets);
    const key = input.Key ?? '';
    await deps.objects.delete(name, key, (current) => {
      if (input.IfMatch !== undefined) checkWriteConditions(key, current, { IfMatch: input.IfMatch });
    });
  };
}
