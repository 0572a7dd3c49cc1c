import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { AwsError } from '#aws/errors.ts';
import type { RequestContext } from '#aws/service.ts';
import { ownBucket } from './bucket-access.ts';
import type { Buckets } from './buckets.ts';
import { toChecksumMembers } from './checksums/checksum.ts';
import { checkReadConditions } from './conditions.ts';
import { rangeOf, type RequestedRange } from './content-reader.ts';
import { modifiedAt, quoted, toAttributeMembers } from './object-attributes.ts';
import type { Objects } from './objects.ts';
import type { ObjectRecord } from './records.ts';
import { invalidArgument, noSuchKey } from './s3-errors.ts';
import { checkSupported } from './supported-members.ts';

const SUPPORTED = new Set([
  'IfMatch',
  'IfModifiedSince',
  'IfNoneMatch',
  'IfUnmodifiedSince',
  'Range',
  'ResponseCacheControl',
  'ResponseContentDisposition',
  'ResponseContentEncoding',
  'ResponseContentLanguage',
  'ResponseContentType',
  'ResponseExpires',
  'ChecksumMode',
]);

/** Headers of the answer that the request chooses. They come out of the query, which can say what no header can. */
const OVERRIDES = [
  ['ResponseCacheControl', 'response-cache-control'],
  ['ResponseContentDisposition', 'response-content-disposition'],
  ['ResponseContentEncoding', 'response-content-encoding'],
  ['ResponseContentLanguage', 'response-content-language'],
  ['ResponseContentType', 'response-content-type'],
] as const;

export interface ReadTarget {
  readonly object: ObjectRecord;
  /** Undefined: all of it. */
  readonly range: RequestedRange | undefined;
  /** Everything of the answer but the bytes. */
  readonly members: Omit<GetObjectCommandOutput, '$metadata' | 'Body'>;
}

/**
 * What GetObject and HeadObject have in common.
 * @throws AwsError NoSuchBucket, NoSuchKey, PreconditionFailed, InvalidRange, one of status 304
 */
export async function readTarget(
  input: Omit<GetObjectCommandInput, 'PartNumber' | 'VersionId'>,
  context: RequestContext,
  deps: { readonly buckets: Pick<Buckets, 'find'>; readonly objects: Pick<Objects, 'find'> },
): Promise<ReadTarget> {
  checkSupported(input, SUPPORTED);
  checkOverrides(input);
  const bucket = ownBucket(input, context, deps.buckets);
  const key = input.Key ?? '';
  const object = await deps.objects.find(bucket.name, key);
  if (object === undefined) throw noSuchKey(key);
  checkReadConditions(object, input);
  const range = rangeOf(input.Range, object.sizeBytes);
  if (range === 'unsatisfiable') {
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', {
      status: 416,
      members: { RangeRequested: input.Range ?? '', ActualObjectSize: String(object.sizeBytes) },
    });
  }
  const attributes = toAttributeMembers(object);
  return {
    object,
    range,
    members: {
      ...attributes,
      AcceptRanges: 'bytes',
      LastModified: modifiedAt(object),
      ETag: quoted(object.etag),
      ContentLength: range === undefined ? object.sizeBytes : range.end - range.start + 1,
      ContentRange: range?.header,
      // A checksum is of the whole.
      ...(input.ChecksumMode === 'ENABLED' && range === undefined ? toChecksumMembers(object.checksum) : {}),
      CacheControl: input.ResponseCacheControl ?? attributes.CacheControl,
      ContentDisposition: input.ResponseContentDisposition ?? attributes.ContentDisposition,
      ContentEncoding: input.ResponseContentEncoding ?? attributes.ContentEncoding,
      ContentLanguage: input.ResponseContentLanguage ?? attributes.ContentLanguage,
      ContentType: input.ResponseContentType ?? attributes.ContentType,
      Expires: input.ResponseExpires ?? attributes.Expires,
    },
  };
}

/** @throws AwsError InvalidArgument */
function checkOverrides(input: Omit<GetObjectCommandInput, 'Bucket' | 'Key'>): void {
  for (const [member, name] of OVERRIDES) {
    const value = input[member];
    if (value === undefined || /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
    throw invalidArgument('Header value cannot be represented using ISO-8859-1.', name, value);
  }
}
