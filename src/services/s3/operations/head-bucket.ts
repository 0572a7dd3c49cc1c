import type { HeadBucketCommandInput, HeadBucketCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';

export function headBucket(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
}): Operation<HeadBucketCommandInput, Omit<HeadBucketCommandOutput, '$metadata'>> {
  return (input, context) => {
    const { name, region } = ownBucket(input, context, deps.buckets);
    return { BucketArn: `arn:aws:s3:::${name}`, BucketRegion: region, AccessPointAlias: false };
  };
}
