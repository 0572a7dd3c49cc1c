import type { DeleteObjectsCommandInput, DeleteObjectsCommandOutput } from '@aws-sdk/client-s3';
import { AwsError } from '#aws/errors.ts';
import type { Operation } from '#aws/service.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import { checkWriteConditions } from '../conditions.ts';
import type { Objects } from '../objects.ts';
import { malformedXml } from '../s3-errors.ts';
import { checkSupported } from '../supported-members.ts';

const SUPPORTED = new Set(['Delete', 'ChecksumAlgorithm']);
const OBJECT_MEMBERS = new Set(['ETag']);
/** Source: "DeleteObjects". */
const MAX_KEYS = 1000;

type Failure = NonNullable<DeleteObjectsCommandOutput['Errors']>[number];

export function deleteObjects(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly objects: Pick<Objects, 'delete'>;
}): Operation<DeleteObjectsCommandInput, Omit<DeleteObjectsCommandOutput, '$metadata'>> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    const wanted = input.Delete?.Objects ?? [];
    if (wanted.length === 0 || wanted.length > MAX_KEYS) throw malformedXml();
    const { name } = ownBucket(input, context, deps.buckets);
    const deleted: { Key: string }[] = [];
    const failures: Failure[] = [];
    for (const each of wanted) {
      const key = each.Key ?? '';
      try {
        checkSupported(each, OBJECT_MEMBERS);
        await deps.objects.delete(name, key, (current) => {
          if (each.ETag !== undefined) checkWriteConditions(key, current, { IfMatch: each.ETag });
        });
        deleted.push({ Key: key });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        failures.push({ Key: key, Code: error.code, Message: error.message });
      }
    }
    return { Deleted: input.Delete?.Quiet === true ? [] : deleted, Errors: failures };
  };
}
