import type { Caller } from '#aws/caller.ts';
import { noSuchEntity, validationError } from './iam-errors.ts';
import type { AccessKeyRecord, UserRecord } from './iam-record.ts';

/** The user that an operation is about when the request names none: the caller. @throws AwsError ValidationError */
export function callingUser(caller: Caller): string {
  if (caller.kind === 'user') return caller.userName;
  throw validationError('Must specify userName when calling with non-User credentials');
}

/** @throws AwsError NoSuchEntity */
export function accessKeyOf(user: UserRecord, accessKeyId: string): AccessKeyRecord {
  const key = user.accessKeys.find(({ id }) => id === accessKeyId);
  if (key === undefined) throw noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`);
  return key;
}
