import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from '../support/account.ts';
import type { Replay } from './replay.ts';

/** Puts an object in a bucket of the case's account; answers where, as Lambda wants to know it. */
export async function stored(replay: Replay, key: string, body: Buffer): Promise<{ readonly S3Bucket: string; readonly S3Key: string }> {
  const credentials = { accessKeyId: replay.accountId, secretAccessKey: 'test' };
  const s3 = new S3Client({ ...clientSettings(replay.endpoint, credentials), forcePathStyle: true });
  try {
    const bucket = `bucket-${replay.accountId}`;
    // In us-east-1 its owner may create a bucket again.
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    return { S3Bucket: bucket, S3Key: key };
  } finally {
    s3.destroy();
  }
}
