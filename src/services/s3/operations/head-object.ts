import type { HeadObjectCommandInput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import type { Buckets } from '../buckets.ts';
import type { Objects } from '../objects.ts';
import { readTarget } from '../read-target.ts';

export function headObject(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly objects: Pick<Objects, 'find'>;
}): Operation<HeadObjectCommandInput, Omit<HeadObjectCommandOutput, '$metadata'>> {
  return async (input, context) => (await readTarget(input, context, deps)).members;
}
