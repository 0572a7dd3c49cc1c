import { AwsError } from '#aws/errors.ts';
import { MAX_KEY_BYTES } from './object-key.ts';
import type { ObjectAttributes, ObjectRecord } from './records.ts';
import { invalidArgument } from './s3-errors.ts';

/** Source: "Working with object metadata". */
const MAX_METADATA_BYTES = 2048;

interface AttributeInput {
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

/** @throws AwsError MetadataTooLarge */
export function attributesOf(input: AttributeInput): ObjectAttributes {
  const metadata = { ...input.Metadata };
  const sizeBytes = Object.entries(metadata).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (sizeBytes > MAX_METADATA_BYTES) {
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      members: { Size: String(sizeBytes), MaxSizeAllowed: String(MAX_METADATA_BYTES) },
    });
  }
  const contentEncoding = withoutTransferCoding(input.ContentEncoding);
  return {
    metadata,
    ...(input.ContentType !== undefined && { contentType: input.ContentType }),
    ...(input.CacheControl !== undefined && { cacheControl: input.CacheControl }),
    ...(input.ContentDisposition !== undefined && { contentDisposition: input.ContentDisposition }),
    ...(contentEncoding !== undefined && { contentEncoding }),
    ...(input.ContentLanguage !== undefined && { contentLanguage: input.ContentLanguage }),
    ...(input.Expires !== undefined && { expiresMs: input.Expires.getTime() }),
  };
}

/** The members of an answer that say of an object what was said when it was put. */
export function toAttributeMembers(object: ObjectAttributes) {
  return {
    Metadata: { ...object.metadata },
    // S3's own, for what came without.
    ContentType: object.contentType ?? 'binary/octet-stream',
    CacheControl: object.cacheControl,
    ContentDisposition: object.contentDisposition,
    ContentEncoding: object.contentEncoding,
    ContentLanguage: object.contentLanguage,
    Expires: object.expiresMs === undefined ? undefined : new Date(object.expiresMs),
  };
}

/** @throws AwsError KeyTooLongError */
export function checkKey(key: string): string {
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes > MAX_KEY_BYTES) {
    throw new AwsError('KeyTooLongError', 'Your key is too long', {
      members: { Size: String(sizeBytes), MaxSizeAllowed: String(MAX_KEY_BYTES) },
    });
  }
  if (key === '') throw invalidArgument('Object key must not be empty', 'Key', key);
  return key;
}

/** As ETag headers have it. */
export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** The modification of an object as HTTP can say it. */
export function modifiedAt({ lastModifiedMs }: Pick<ObjectRecord, 'lastModifiedMs'>): Date {
  return new Date(lastModifiedMs);
}

/** `aws-chunked` is how the body came, not what it is. */
function withoutTransferCoding(encoding: string | undefined): string | undefined {
  const codings = (encoding ?? '')
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'aws-chunked');
  return codings.length === 0 ? undefined : codings.join(',');
}
