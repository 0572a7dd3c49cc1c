import { AwsError } from '#aws/errors.ts';

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

export function accessDenied(message: string): AwsError {
  return new AwsError('AccessDenied', message, { status: 403 });
}
