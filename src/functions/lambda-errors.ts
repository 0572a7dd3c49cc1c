import { AwsError } from '#aws/errors.ts';
import { functionArn, type FunctionKey } from './function-arn.ts';

/**
 * Errors of the Lambda API, as AWS's recorded answers show them: most carry `Type: User`; validation errors and size errors
 * carry the message alone.
 */
const USER = { Type: 'User' } as const;

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, { members: USER });
}

export function resourceNotFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404, members: USER });
}

export function functionNotFound(key: FunctionKey, qualifier?: string): AwsError {
  return resourceNotFound(`Function not found: ${functionArn(key, qualifier)}`);
}

export function resourceConflict(message: string): AwsError {
  return new AwsError('ResourceConflictException', message, { status: 409, members: USER });
}

export function preconditionFailed(message: string): AwsError {
  return new AwsError('PreconditionFailedException', message, { status: 412, members: USER });
}

export function policyTooLong(bytes: number, maxBytes: number): AwsError {
  const message = `The final policy size (${bytes}) is bigger than the limit (${maxBytes}).`;
  return new AwsError('PolicyLengthExceededException', message, { members: USER });
}

/** AWS has no such limit; docs/deviations.md. */
export function functionTooLarge(maxBytes: number): AwsError {
  return invalidParameter(`The aliases, policies and other settings of the function are larger than ${maxBytes} bytes together.`);
}

export function requestTooLarge(message: string): AwsError {
  return new AwsError('RequestEntityTooLargeException', message, { status: 413 });
}

export function codeStorageExceeded(): AwsError {
  return new AwsError('CodeStorageExceededException', 'Code storage limit exceeded.', { members: USER });
}

export function accessDenied(message: string): AwsError {
  return new AwsError('AccessDeniedException', message, { status: 403 });
}

/** One violated constraint, in the words of AWS's request validation. */
export function validationFailure(value: string, member: string, constraint: string): AwsError {
  return new AwsError('ValidationException', oneValidationError(value, member, constraint));
}

export function oneValidationError(value: string, member: string, constraint: string): string {
  return `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`;
}

/** A part of the API that Hearth does not have yet. It is refused rather than ignored. */
export function notSupported(what: string): AwsError {
  return new AwsError('NotImplemented', `Hearth does not support ${what} yet.`, { status: 501 });
}
