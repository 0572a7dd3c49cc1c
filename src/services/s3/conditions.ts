import { AwsError } from '#aws/errors.ts';
import type { ObjectRecord } from './records.ts';
import { noSuchKey, preconditionFailed } from './s3-errors.ts';

interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/**
 * The conditions of GetObject and HeadObject, in the order of RFC 9110, 13.2.2: a tag that matches makes the date beside it count nothing.
 * @throws AwsError PreconditionFailed, or one of status 304 without a body
 */
export function checkReadConditions(object: ObjectRecord, conditions: ReadConditions): void {
  const { IfMatch: match, IfNoneMatch: noneMatch, IfModifiedSince: modifiedSince, IfUnmodifiedSince: unmodifiedSince } = conditions;
  // HTTP dates have whole seconds.
  const modifiedMs = Math.floor(object.lastModifiedMs / 1000) * 1000;
  if (match !== undefined) {
    if (!matches(match, object)) throw preconditionFailed('If-Match');
  } else if (unmodifiedSince !== undefined && modifiedMs > unmodifiedSince.getTime()) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (noneMatch !== undefined) {
    if (matches(noneMatch, object)) throw notModified();
  } else if (modifiedSince !== undefined && modifiedMs <= modifiedSince.getTime()) {
    throw notModified();
  }
}

/**
 * The conditions of PutObject and CompleteMultipartUpload. Source: "Add preconditions to S3 operations with conditional requests".
 * @throws AwsError PreconditionFailed; NoSuchKey when an object must be there and is not; NotImplemented for If-None-Match with a tag
 */
export function checkWriteConditions(
  key: string,
  replaced: ObjectRecord | undefined,
  { IfMatch: match, IfNoneMatch: noneMatch }: Pick<ReadConditions, 'IfMatch' | 'IfNoneMatch'>,
): void {
  if (noneMatch !== undefined) {
    if (noneMatch !== '*') {
      throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', {
        status: 501,
        members: { Header: 'If-None-Match' },
      });
    }
    if (replaced !== undefined) throw preconditionFailed('If-None-Match');
  }
  if (match === undefined) return;
  if (replaced === undefined) throw noSuchKey(key);
  if (!matches(match, replaced)) throw preconditionFailed('If-Match');
}

function matches(list: string, { etag }: ObjectRecord): boolean {
  return list.split(',').some((each) => {
    const tag = each.trim();
    return tag === '*' || tag.replace(/^W\//, '').replaceAll('"', '') === etag;
  });
}

function notModified(): AwsError {
  return new AwsError('NotModified', 'Not Modified', { status: 304 });
}
