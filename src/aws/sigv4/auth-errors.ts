import { AwsError } from '#aws/errors.ts';

/**
 * AWS's front ends answer the same failure differently. `restJson` is Lambda's, `json` that of the services with a target header
 * (and of RPC v2 CBOR), `query` that of IAM and STS, `s3` that of S3.
 */
export type AuthDialect = 'restJson' | 'json' | 'query' | 's3';

/** The dialect in which a request of this service expects its errors. */
export function authDialect(service: string, headers: Readonly<Record<string, string>>): AuthDialect {
  if (service === 's3') return 's3';
  if (
    headers['x-amz-target'] !== undefined ||
    headers['smithy-protocol'] !== undefined ||
    service === 'logs' ||
    service === 'application-autoscaling'
  )
    return 'json';
  if (service === 'iam' || service === 'sts') return 'query';
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true ? 'query' : 'restJson';
}

export function missingAuthenticationToken(dialect: AuthDialect): AwsError {
  switch (dialect) {
    case 's3':
      return new AwsError('AccessDenied', 'Access Denied', { status: 403 });
    case 'query':
      return new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', { status: 403 });
    default:
      return new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', { status: statusOf(dialect) });
  }
}

/** The signature's parts cannot be read. */
export function incompleteSignature(dialect: AuthDialect, message: string): AwsError {
  if (dialect === 's3') return new AwsError('AuthorizationHeaderMalformed', `The authorization header is malformed; ${message}`);
  return new AwsError(dialect === 'query' ? 'IncompleteSignature' : 'IncompleteSignatureException', message, { status: statusOf(dialect) });
}

/** The parameters of a presigned URL cannot be read. */
export function incompleteQuery(dialect: AuthDialect, message: string): AwsError {
  return dialect === 's3' ? new AwsError('AuthorizationQueryParametersError', message) : incompleteSignature(dialect, message);
}

/** The access key id or the session token is none of ours. */
export function unknownCredentials(dialect: AuthDialect, accessKeyId: string): AwsError {
  const message = 'The security token included in the request is invalid.';
  switch (dialect) {
    case 's3':
      return new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
        status: 403,
        members: { AWSAccessKeyId: accessKeyId },
      });
    case 'query':
      return new AwsError('InvalidClientTokenId', message, { status: 403 });
    default:
      return new AwsError('UnrecognizedClientException', message, { status: statusOf(dialect) });
  }
}

export function expiredToken(dialect: AuthDialect): AwsError {
  switch (dialect) {
    case 's3':
      return new AwsError('ExpiredToken', 'The provided token has expired.');
    case 'query':
      return new AwsError('ExpiredToken', 'The security token included in the request is expired', { status: 403 });
    default:
      return new AwsError('ExpiredTokenException', 'The security token included in the request is expired', { status: statusOf(dialect) });
  }
}

/** The signature is well-formed, but wrong; the message says in what, when that is not the signature as a whole. */
export function invalidSignature(dialect: AuthDialect, message?: string): AwsError {
  if (dialect === 's3') {
    const text = 'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
    return new AwsError('SignatureDoesNotMatch', message ?? text, { status: 403 });
  }
  return new AwsError(dialect === 'query' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException', message ?? MISMATCH, {
    status: statusOf(dialect),
  });
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. ' +
  'Consult the service documentation for details.';

/** The services with a target header answer these failures with 400, the others with 403. */
function statusOf(dialect: AuthDialect): number {
  return dialect === 'json' ? 400 : 403;
}
