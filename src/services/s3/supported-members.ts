import { notImplemented } from './s3-errors.ts';

/** Values that ask for nothing beyond what every object has. */
const HARMLESS: Readonly<Record<string, readonly unknown[]>> = {
  ACL: ['private', 'bucket-owner-full-control'],
  // Says how AWS keeps bytes on its disks; who encrypts his own has them encrypted.
  ServerSideEncryption: ['AES256'],
  StorageClass: ['STANDARD'],
  BucketKeyEnabled: [false],
  RequestPayer: ['requester'],
  ObjectOwnership: ['BucketOwnerEnforced'],
  ObjectLockEnabledForBucket: [false],
  VersionId: ['null'],
};

/**
 * Refuses what would otherwise be accepted and ignored.
 * @param supported the members that the operation knows, besides the bucket's and the key's
 * @throws AwsError NotImplemented (501) that names the member
 */
export function checkSupported(input: object, supported: ReadonlySet<string>): void {
  for (const [member, value] of Object.entries(input)) {
    const known = member === 'Bucket' || member === 'Key' || member === 'ExpectedBucketOwner' || supported.has(member);
    if (!known && value !== undefined && HARMLESS[member]?.includes(value) !== true) throw notImplemented(member);
  }
}

export const CHECKSUM_MEMBERS = ['ChecksumCRC32', 'ChecksumCRC32C', 'ChecksumCRC64NVME', 'ChecksumSHA1', 'ChecksumSHA256'] as const;
export const ATTRIBUTE_MEMBERS = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'Expires',
  'Metadata',
] as const;
