import type { GetBucketLocationCommandInput, GetBucketLocationCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import { bucketOfAccount } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';

type Location = GetBucketLocationCommandOutput['LocationConstraint'];

/** Whoever does not know the region asks in any. The first region has no name here: AWS answers an empty element. */
export function getBucketLocation(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
}): Operation<GetBucketLocationCommandInput, { readonly LocationConstraint: Location }> {
  return (input, context) => {
    const { region } = bucketOfAccount(input, context, deps.buckets);
    // The SDK's list of regions is shorter than what a signature may be scoped to.
    return { LocationConstraint: region === 'us-east-1' ? undefined : (region as Location) };
  };
}
