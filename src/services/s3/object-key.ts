import { createHash } from 'node:crypto';
import { documentKey } from '#storage/document-store.ts';

/**
 * Object keys as document keys, in an encoding that keeps their order: S3 lists by the bytes of UTF-8, the document store by the bytes
 * of its own keys, and percent-encoding would put `/` before `-`. Six bits to a character, the characters in the order of their codes.
 *
 * A key of up to 1024 bytes does not fit whole. Of one that is longer than {@link WHOLE_BYTES} the first bytes are kept, then `~`,
 * which sorts after all of the alphabet, and a digest. Such keys with the same beginning lie together, but in no order: whoever lists
 * must sort them.
 */
const PREFIX = 's3-objects';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ORDERED = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const ORDER = new Map(Array.from(BASE64, (character, index) => [character, ORDERED.charAt(index)]));

/** A multiple of three, so that the kept part ends with a whole character. With the longest bucket name the key stays below 1024. */
const WHOLE_BYTES = 660;

/** S3's limit for a key, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;

/** All objects of a bucket. */
export function bucketPrefix(bucket: string): string {
  return `${documentKey(PREFIX, bucket)}/`;
}

/** All objects. */
export const OBJECTS_PREFIX = `${PREFIX}/`;

export function objectDocumentKey(bucket: string, key: string): string {
  const bytes = Buffer.from(key);
  return bucketPrefix(bucket) + (bytes.length <= WHOLE_BYTES ? ordered(bytes) : `${groupOf(bytes)}${digestOf(bytes)}`);
}

/** Document keys of the objects whose keys start with `prefix` all start with this; so may some others. */
export function listPrefix(bucket: string, prefix: string): string {
  const bytes = Buffer.from(prefix).subarray(0, WHOLE_BYTES);
  return bucketPrefix(bucket) + ordered(bytes).slice(0, Math.floor((bytes.length * 8) / 6));
}

/** The document key after which the keys from `key` on come, `key` itself among them. */
export function before(bucket: string, key: string): string {
  const text = ordered(Buffer.from(key).subarray(0, WHOLE_BYTES));
  const last = ORDERED.indexOf(text.slice(-1));
  // Everything that starts with the character before sorts below `~`, the text itself above.
  const below = last > 0 ? `${text.slice(0, -1)}${ORDERED.charAt(last - 1)}~~` : text.slice(0, -1);
  return bucketPrefix(bucket) + below;
}

/** The document key after which the first key comes that does not start with `prefix`. */
export function beyond(bucket: string, prefix: string): string {
  // No byte of UTF-8 is 0xFF.
  return bucketPrefix(bucket) + ordered(Buffer.concat([Buffer.from(prefix).subarray(0, WHOLE_BYTES), Buffer.alloc(3, 0xff)]));
}

/** What the document keys of the long keys with the same beginning start with; undefined for the document of a key that is whole. */
export function longKeyGroup(documentKeyText: string): string | undefined {
  const tilde = documentKeyText.lastIndexOf('~');
  return tilde === -1 ? undefined : documentKeyText.slice(0, tilde + 1);
}

/** S3's order. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function groupOf(bytes: Buffer): string {
  return `${ordered(bytes.subarray(0, WHOLE_BYTES))}~`;
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

function ordered(bytes: Buffer): string {
  let text = '';
  for (const character of bytes.toString('base64url')) text += ORDER.get(character) ?? '';
  return text;
}
