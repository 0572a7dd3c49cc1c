import { lazily } from '#aws/lazy-operation.ts';
import type { OperationTable, Service } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { BlobStore } from '#storage/blob-store.ts';
import type { Buckets } from './buckets.ts';
import { s3Permissions } from './permissions.ts';
import type { Objects } from './objects.ts';
import type { ContentReader } from './content-reader.ts';
import type { Uploads } from './uploads.ts';

/** The Amazon S3 API, as far as objects of up to 5 GB in one piece, or of parts. Each operation is loaded when it is first called. */
export function s3Service(parts: S3ServiceParts): Service {
  const operations: OperationTable = {
    AbortMultipartUpload: lazily(async () => (await import('./operations/abort-multipart-upload.ts')).abortMultipartUpload(parts)),
    CompleteMultipartUpload: lazily(async () => (await import('./operations/complete-multipart-upload.ts')).completeMultipartUpload(parts)),
    CreateBucket: lazily(async () => (await import('./operations/create-bucket.ts')).createBucket(parts)),
    CreateMultipartUpload: lazily(async () => (await import('./operations/create-multipart-upload.ts')).createMultipartUpload(parts)),
    DeleteBucket: lazily(async () => (await import('./operations/delete-bucket.ts')).deleteBucket(parts)),
    DeleteObject: lazily(async () => (await import('./operations/delete-object.ts')).deleteObject(parts)),
    DeleteObjects: lazily(async () => (await import('./operations/delete-objects.ts')).deleteObjects(parts)),
    GetBucketLocation: lazily(async () => (await import('./operations/get-bucket-location.ts')).getBucketLocation(parts)),
    GetObject: lazily(async () => (await import('./operations/get-object.ts')).getObject(parts)),
    HeadBucket: lazily(async () => (await import('./operations/head-bucket.ts')).headBucket(parts)),
    HeadObject: lazily(async () => (await import('./operations/head-object.ts')).headObject(parts)),
    ListBuckets: lazily(async () => (await import('./operations/list-buckets.ts')).listBuckets(parts)),
    ListObjects: lazily(async () => (await import('./operations/list-objects.ts')).listObjects(parts)),
    ListObjectsV2: lazily(async () => (await import('./operations/list-objects-v2.ts')).listObjectsV2(parts)),
    ListParts: lazily(async () => (await import('./operations/list-parts.ts')).listParts(parts)),
    PutObject: lazily(async () => (await import('./operations/put-object.ts')).putObject(parts)),
    UploadPart: lazily(async () => (await import('./operations/upload-part.ts')).uploadPart(parts)),
  };
  return { name: 's3', streamsBodies: true, operations, permissions: s3Permissions };
}

export interface S3ServiceParts {
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly uploads: Uploads;
  readonly content: ContentReader;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly ids: IdSource;
}
