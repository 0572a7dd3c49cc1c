import { createHmac } from 'node:crypto';
import { AwsError } from '#aws/errors.ts';
import type { WireRequest } from '#aws/wire/message.ts';
import { invalidSignature } from './auth-errors.ts';
import { queryParameters } from './query-parameters.ts';
import type { SignatureV2Claim } from './signature-claim.ts';
import { equalText } from './verify-signature.ts';

/** The query parameters that belong to the resource. Source: "Signing and authenticating REST requests (AWS Signature Version 2)". */
const SUBRESOURCES: ReadonlySet<string> = new Set([
  'accelerate',
  'acl',
  'analytics',
  'cors',
  'defaultObjectAcl',
  'delete',
  'inventory',
  'lifecycle',
  'location',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'partNumber',
  'policy',
  'replication',
  'requestPayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'select',
  'select-type',
  'storageClass',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
]);

/**
 * Verifies a presigned URL of the older scheme.
 * @param options.virtualHostBucket the bucket that the Host header names, when it does
 * @throws AwsError AccessDenied when expired, SignatureDoesNotMatch
 */
export function verifySignatureV2(
  request: Omit<WireRequest, 'body'>,
  claim: SignatureV2Claim,
  options: { readonly secretAccessKey: string; readonly nowMs: number; readonly virtualHostBucket?: string | undefined },
): void {
  checkExpiryV2(claim, options.nowMs);
  const text = stringToSign(request, claim, options.virtualHostBucket);
  const expected = createHmac('sha1', options.secretAccessKey).update(text).digest('base64');
  if (equalText(expected, claim.signature)) return;
  const error = invalidSignature('s3');
  throw new AwsError(error.code, error.message, {
    status: error.status,
    members: { AWSAccessKeyId: claim.accessKeyId, StringToSign: text, SignatureProvided: claim.signature },
  });
}

/** @throws AwsError AccessDenied when the URL has expired */
export function checkExpiryV2(claim: SignatureV2Claim, nowMs: number): void {
  if (claim.expiresAtSeconds * 1000 >= nowMs) return;
  throw new AwsError('AccessDenied', 'Request has expired', {
    status: 403,
    members: { Expires: isoSeconds(claim.expiresAtSeconds * 1000), ServerTime: isoSeconds(nowMs) },
  });
}

function stringToSign(request: Omit<WireRequest, 'body'>, claim: SignatureV2Claim, bucket: string | undefined): string {
  const parameters = queryParameters(request.query);
  // A presigned URL carries as parameters the headers that it was signed with.
  const header = (name: string): string => parameters.get(name) ?? request.headers[name] ?? '';
  const lines = [request.method, header('content-md5'), header('content-type'), String(claim.expiresAtSeconds)];
  const names = new Set([...Object.keys(request.headers), ...[...parameters.keys()].map((name) => name.toLowerCase())]);
  for (const name of [...names].filter((each) => each.startsWith('x-amz-')).toSorted()) lines.push(`${name}:${header(name).trim()}`);
  lines.push(`${bucket === undefined ? '' : `/${bucket}`}${request.path}${subresources(request.query)}`);
  return lines.join('\n');
}

/** `?acl&versionId=…`: sorted, values decoded, without an equals sign where none was sent. */
function subresources(query: string): string {
  const parts = query
    .split('&')
    .filter((part) => SUBRESOURCES.has(part.split('=', 1)[0] ?? ''))
    .toSorted()
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? part : `${part.slice(0, equals)}=${queryParameters(part).get(part.slice(0, equals)) ?? ''}`;
    });
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
