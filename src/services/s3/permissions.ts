import type { RequiredPermission } from '#aws/service.ts';

type Input = Readonly<Record<string, unknown>>;

/** IAM action names that differ from the operation's (Service Authorization Reference, "Amazon S3"). */
const ACTIONS: Readonly<Record<string, string>> = {
  HeadBucket: 'ListBucket',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListBuckets: 'ListAllMyBuckets',
  HeadObject: 'GetObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  ListParts: 'ListMultipartUploadParts',
};

/** What the caller must be allowed to do. Everything that S3 has takes bucket and key as resource, without region and account. */
export function s3Permissions(operation: string, input: Input): readonly RequiredPermission[] {
  const bucket = text(input['Bucket']);
  if (operation === 'DeleteObjects') {
    return keysOf(input['Delete']).map((key) => ({ action: 's3:DeleteObject', resource: arn(bucket, key) }));
  }
  const action = `s3:${ACTIONS[operation] ?? operation}`;
  if (bucket === '') return [{ action, resource: '*' }];
  const key = input['Key'];
  return [{ action, resource: arn(bucket, typeof key === 'string' ? key : undefined) }];
}

function arn(bucket: string, key: string | undefined): string {
  return key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
}

function keysOf(wanted: unknown): readonly string[] {
  const objects = typeof wanted === 'object' && wanted !== null && 'Objects' in wanted ? wanted.Objects : undefined;
  return Array.isArray(objects) ? objects.map((each: Readonly<Record<string, unknown>>) => text(each['Key'])) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
