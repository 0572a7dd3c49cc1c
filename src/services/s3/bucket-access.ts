import { AwsError } from '#aws/errors.ts';
import type { RequestContext } from '#aws/service.ts';
import type { Buckets } from './buckets.ts';
import type { BucketRecord } from './records.ts';
import { accessDenied, noSuchBucket } from './s3-errors.ts';

export interface NamedBucket {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/**
 * The bucket that a request names, of the caller's account and of the region that he signed for.
 * @throws AwsError NoSuchBucket, AccessDenied, PermanentRedirect with the right region
 */
export function ownBucket(input: NamedBucket, context: RequestContext, buckets: Pick<Buckets, 'find'>): BucketRecord {
  const bucket = bucketOfAccount(input, context, buckets);
  if (bucket.region === context.region) return bucket;
  throw new AwsError(
    'PermanentRedirect',
    `The bucket is in this region: ${bucket.region}. Please use this region to retry the request`,
    // SDKs read the region here and try again.
    { status: 301, members: { Bucket: bucket.name, Endpoint: `s3.${bucket.region}.amazonaws.com`, 'x-amz-bucket-region': bucket.region } },
  );
}

/** As {@link ownBucket}, in whatever region. */
export function bucketOfAccount(input: NamedBucket, context: RequestContext, buckets: Pick<Buckets, 'find'>): BucketRecord {
  const name = input.Bucket ?? '';
  const bucket = buckets.find(name);
  if (bucket === undefined) throw noSuchBucket(name);
  // Bucket policies, which could open it to other accounts, are not there.
  if (bucket.accountId !== context.caller.accountId) throw accessDenied();
  const { ExpectedBucketOwner: expected } = input;
  if (expected !== undefined && expected !== bucket.accountId) throw accessDenied();
  return bucket;
}
