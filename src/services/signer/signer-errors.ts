import { AwsError } from '#aws/errors.ts';

/** Errors of AWS Signer. */
export function validationFailure(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404 });
}

/** Something that Hearth's Signer does not have. It is refused rather than ignored. */
export function notSupported(what: string): AwsError {
  return new AwsError('NotImplemented', `Hearth does not support ${what} yet.`, { status: 501 });
}
