import { AwsError } from '#aws/errors.ts';
import type { RecordKind } from './iam-record.ts';

/** The text after the code is AWS's own, per kind of entity. */
export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, { status: 404 });
}

export function cannotBeFound(kind: 'role' | 'user' | 'role policy' | 'user policy' | RecordKind, name: string): AwsError {
  return noSuchEntity(kind === 'policy' ? `Policy ${name} was not found.` : `The ${kind} with name ${name} cannot be found.`);
}

export function alreadyExists(kind: RecordKind, name: string): AwsError {
  const message =
    kind === 'policy'
      ? `A policy called ${name} already exists. Duplicate names are not allowed.`
      : `${kind === 'role' ? 'Role' : 'User'} with name ${name} already exists.`;
  return new AwsError('EntityAlreadyExists', message, { status: 409 });
}

export function deleteConflict(message: string): AwsError {
  return new AwsError('DeleteConflict', message, { status: 409 });
}

export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceeded', message, { status: 409 });
}

/** A quota of the service by its name. */
export function quotaExceeded(quota: string, limit: number): AwsError {
  return limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`);
}

export function malformedPolicyDocument(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message);
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

export function concurrentModification(): AwsError {
  const message =
    'The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again.';
  return new AwsError('ConcurrentModification', message, { status: 409 });
}
