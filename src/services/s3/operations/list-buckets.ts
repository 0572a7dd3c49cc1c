import type { ListBucketsCommandInput, ListBucketsCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import type { Buckets } from '../buckets.ts';
import { ownerOf } from '../owner.ts';
import { invalidArgument } from '../s3-errors.ts';

/** The most that a page may have; all on one page for those who do not ask for pages. */
const MAX_PAGE = 10_000;

export function listBuckets(deps: {
  readonly buckets: Pick<Buckets, 'list'>;
}): Operation<ListBucketsCommandInput, Omit<ListBucketsCommandOutput, '$metadata'>> {
  return ({ MaxBuckets: max, ContinuationToken: token, Prefix: prefix, BucketRegion: region }, context) => {
    if (max !== undefined && (!Number.isInteger(max) || max < 1 || max > MAX_PAGE)) {
      throw invalidArgument(`Argument max-buckets must be an integer between 1 and ${MAX_PAGE}`, 'max-buckets', String(max));
    }
    const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString('utf8');
    const { accountId } = context.caller;
    const all = deps.buckets
      .list(accountId)
      .filter(
        (bucket) => bucket.name > after && bucket.name.startsWith(prefix ?? '') && (region === undefined || bucket.region === region),
      );
    const page = all.slice(0, max ?? all.length);
    const last = page.at(-1)?.name ?? '';
    return {
      Owner: ownerOf(accountId),
      Buckets: page.map((bucket) => ({
        Name: bucket.name,
        CreationDate: new Date(bucket.createdMs),
        ...(max !== undefined && { BucketRegion: bucket.region }),
      })),
      ContinuationToken: page.length < all.length ? Buffer.from(last).toString('base64url') : undefined,
      Prefix: prefix,
    };
  };
}
