import { hash, timingSafeEqual } from 'node:crypto';
import { AwsError } from '#aws/errors.ts';
import type { WireRequest } from '#aws/wire/message.ts';
import { formatAmzDate } from './amz-date.ts';
import { invalidSignature } from './auth-errors.ts';
import type { AuthDialect } from './auth-errors.ts';
import { canonicalHeaders, canonicalPath, canonicalQuery, canonicalRequest, headerOf } from './canonical-request.ts';
import { queryParameters } from './query-parameters.ts';
import type { SignatureV4Claim } from './signature-claim.ts';
import type { HmacKey } from './hmac-key.ts';
import { scopeText } from './signing-key.ts';

/** Minutes that a signature's date may be off; S3 allows more. Source: "Signature Version 4 for API requests", "RequestTimeTooSkewed". */
const MAX_SKEW_MINUTES = 5;
const MAX_SKEW_MINUTES_S3 = 15;
const MINUTE_MS = 60_000;

type RequestHead = Omit<WireRequest, 'body'>;

const SHA256_HEX = /^[0-9a-f]{64}$/;
const SHA256_EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The payload hash under which a request was signed: a digest, `UNSIGNED-PAYLOAD`, or the name of a chunked form. */
export type PayloadHash = string;

/**
 * Checks date, signed headers, body and signature of a request to any service but S3.
 * @throws AwsError in the dialect's own code and words
 */
export function verifySignature(
  request: WireRequest,
  claim: SignatureV4Claim,
  { key, nowMs, dialect }: { readonly key: HmacKey; readonly nowMs: number; readonly dialect: AuthDialect },
): void {
  checkSignatureTime(claim, nowMs, dialect);
  const payloadHash = bodyHash(request);
  verifyHead(request, claim, payloadHash, { key, dialect });
  // The body's own digest has been signed, and a header that says something else is a lie about it.
  const claimed = request.headers['x-amz-content-sha256'];
  if (claimed !== undefined && claimed !== payloadHash) throw invalidSignature(dialect);
}

/**
 * As {@link verifySignature}, for S3, whose clients sign what a header says of the body: so it needs the head only. The payload hash
 * that it returns is still to be held against the body.
 * @throws AwsError in the words of S3
 */
export function verifyHeadOfS3(
  head: RequestHead,
  claim: SignatureV4Claim,
  { key, nowMs }: { readonly key: HmacKey; readonly nowMs: number },
): PayloadHash {
  checkSignatureTime(claim, nowMs, 's3');
  const payloadHash = payloadHashForS3(head, claim);
  verifyHead(head, claim, payloadHash, { key, dialect: 's3' });
  checkUnsignedHeaders(head, claim);
  return payloadHash;
}

/** Whether the payload hash is a digest, not the name of a form. */
export function isPayloadDigest(payloadHash: PayloadHash): boolean {
  return SHA256_HEX.test(payloadHash);
}

export function payloadMismatch(claimed: string, computed: string): AwsError {
  return new AwsError('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.", {
    members: { ClientComputedContentSHA256: claimed, S3ComputedContentSHA256: computed },
  });
}

function verifyHead(
  request: RequestHead,
  claim: SignatureV4Claim,
  payloadHash: PayloadHash,
  { key, dialect }: { readonly key: HmacKey; readonly dialect: AuthDialect },
): void {
  const stringToSignFor = (headers: Readonly<Record<string, string>>): string => {
    const canonical = canonicalRequest({
      method: request.method,
      path: canonicalPath(request.path, claim.scope.service),
      query: canonicalQuery(request.query, claim.presigned === undefined ? undefined : 'X-Amz-Signature'),
      headers: canonicalHeaders(headers, claim.signedHeaders),
      signedHeaders: claim.signedHeaders.join(';'),
      payloadHash,
    });
    return `AWS4-HMAC-SHA256\n${claim.date}\n${scopeText(claim.scope)}\n${hash('sha256', canonical)}`;
  };
  if (!equalText(key.sign(stringToSignFor(request.headers)), claim.signature) && !matchesWithRepeatedHeaders()) {
    throw mismatch(claim, dialect, stringToSignFor(request.headers));
  }

  /** A header that was sent more than once is signed with its values joined by `,` alone, and has reached us joined by `, `. */
  function matchesWithRepeatedHeaders(): boolean {
    const joined = claim.signedHeaders.filter((name) => headerOf(request.headers, name)?.includes(', ') === true);
    if (joined.length === 0) return false;
    const headers = { ...request.headers };
    for (const name of joined) headers[name] = headers[name]?.replaceAll(', ', ',') ?? '';
    return equalText(key.sign(stringToSignFor(headers)), claim.signature);
  }
}

/** Compares two texts in a time that depends on their lengths only. */
export function equalText(a: string, b: string): boolean {
  const [bytes, others] = [Buffer.from(a), Buffer.from(b)];
  return bytes.length === others.length && timingSafeEqual(bytes, others);
}

/**
 * Whether the signature is of now, or the presigned URL still good. Needs the head of the request only.
 * @throws AwsError in the dialect's own code and words
 */
export function checkSignatureTime(claim: SignatureV4Claim, nowMs: number, dialect: AuthDialect): void {
  const skewMinutes = dialect === 's3' ? MAX_SKEW_MINUTES_S3 : MAX_SKEW_MINUTES;
  const lifeMs = claim.presigned === undefined ? skewMinutes * MINUTE_MS : claim.presigned.expiresSeconds * 1000;
  const tooEarly = claim.signedAtMs > nowMs + skewMinutes * MINUTE_MS;
  const tooLate = claim.signedAtMs + lifeMs < nowMs;
  if (!tooEarly && !tooLate) return;
  if (dialect === 's3') throw claim.presigned === undefined ? tooSkewed(claim, nowMs) : urlNotValidNow(claim, nowMs, tooEarly);
  const now = formatAmzDate(nowMs);
  if (tooEarly) {
    const bound = formatAmzDate(nowMs + skewMinutes * MINUTE_MS);
    throw invalidSignature(dialect, `Signature not yet current: ${claim.date} is still later than ${bound} (${now} + ${skewMinutes} min.)`);
  }
  const life = lifeMs % MINUTE_MS === 0 ? `${lifeMs / MINUTE_MS} min.` : `${lifeMs / 1000} sec.`;
  throw invalidSignature(
    dialect,
    `Signature expired: ${claim.date} is now earlier than ${formatAmzDate(nowMs - lifeMs)} (${now} - ${life})`,
  );
}

function tooSkewed(claim: SignatureV4Claim, nowMs: number): AwsError {
  return new AwsError('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
    status: 403,
    members: {
      RequestTime: claim.date,
      ServerTime: isoSeconds(nowMs),
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MINUTES_S3 * MINUTE_MS),
    },
  });
}

function urlNotValidNow(claim: SignatureV4Claim, nowMs: number, tooEarly: boolean): AwsError {
  const expiresSeconds = claim.presigned?.expiresSeconds ?? 0;
  return new AwsError('AccessDenied', tooEarly ? 'Request is not yet valid' : 'Request has expired', {
    status: 403,
    members: {
      'X-Amz-Expires': String(expiresSeconds),
      Expires: isoSeconds(claim.signedAtMs + expiresSeconds * 1000),
      ServerTime: isoSeconds(nowMs),
    },
  });
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function bodyHash(request: WireRequest): string {
  return request.body.length === 0 ? SHA256_EMPTY : hash('sha256', request.body);
}

/** The header is mandatory, except in presigned URLs, whose body is unsigned unless they say otherwise. */
function payloadHashForS3(request: RequestHead, claim: SignatureV4Claim): PayloadHash {
  const header = request.headers['x-amz-content-sha256'];
  if (header !== undefined) return header;
  if (claim.presigned === undefined) {
    throw new AwsError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  return queryParameters(request.query).get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD';
}

/** S3 alone insists that every `x-amz-` header of the request is signed. */
function checkUnsignedHeaders(request: RequestHead, claim: SignatureV4Claim): void {
  const unsigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !claim.signedHeaders.includes(name));
  if (unsigned.length === 0) return;
  throw new AwsError('AccessDenied', 'There were headers present in the request which were not signed', {
    status: 403,
    members: { HeadersNotSigned: unsigned.join(', ') },
  });
}

function mismatch(claim: SignatureV4Claim, dialect: AuthDialect, stringToSign: string): AwsError {
  const error = invalidSignature(dialect);
  if (dialect !== 's3') return error;
  return new AwsError(error.code, error.message, {
    status: error.status,
    members: { AWSAccessKeyId: claim.accessKeyId, StringToSign: stringToSign, SignatureProvided: claim.signature },
  });
}
