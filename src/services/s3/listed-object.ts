import type { _Object, ObjectStorageClass } from '@aws-sdk/client-s3';
import { modifiedAt, quoted } from './object-attributes.ts';
import { ownerOf } from './owner.ts';
import type { ObjectRecord } from './records.ts';
import { invalidArgument } from './s3-errors.ts';

const MAX_KEYS = 1000;
const STANDARD: ObjectStorageClass = 'STANDARD';

/** How keys stand in an answer: XML has no form for some characters, so clients ask for URL encoding, and undo it. */
export function encoderFor(encodingType: string | undefined): (text: string) => string {
  if (encodingType === undefined) return (text) => text;
  if (encodingType !== 'url') throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
  return (text) =>
    encodeURIComponent(text)
      .replaceAll('%2F', '/')
      .replaceAll('%20', '+')
      .replaceAll(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** @throws AwsError InvalidArgument for a negative number */
export function maxKeysOf(maxKeys: number | undefined): number {
  if (maxKeys === undefined) return MAX_KEYS;
  if (!Number.isInteger(maxKeys) || maxKeys < 0) {
    throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647', 'maxKeys', String(maxKeys));
  }
  return Math.min(maxKeys, MAX_KEYS);
}

/** `owner`: the account, when it is to be told. */
export function toListedObject(object: ObjectRecord, encode: (text: string) => string, owner: string | undefined): _Object {
  return {
    Key: encode(object.key),
    LastModified: modifiedAt(object),
    ETag: quoted(object.etag),
    Size: object.sizeBytes,
    StorageClass: STANDARD,
    ...(object.checksum !== undefined && { ChecksumAlgorithm: [object.checksum.algorithm], ChecksumType: object.checksum.type }),
    ...(owner !== undefined && { Owner: ownerOf(owner) }),
  };
}
