import { hash } from 'node:crypto';
import { RecentlyUsed } from '#base/recently-used.ts';
import type { WireRequest } from '#aws/wire/message.ts';
import { formatAmzDate, parseAmzDate } from './amz-date.ts';
import { incompleteQuery, incompleteSignature, invalidSignature, missingAuthenticationToken } from './auth-errors.ts';
import type { AuthDialect } from './auth-errors.ts';
import { queryParameters } from './query-parameters.ts';
import type { CredentialScope } from './signing-key.ts';

/** What a request says about who signed it, and how. Nothing of it is proven yet. */
export type SignatureClaim = SignatureV4Claim | SignatureV2Claim;

export interface SignatureV4Claim {
  readonly version: 4;
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
  readonly scope: CredentialScope;
  /** `YYYYMMDDTHHMMSSZ`, and the same in milliseconds. */
  readonly date: string;
  readonly signedAtMs: number;
  /** Lower-case, as listed. */
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string;
  /** Only of a presigned URL. */
  readonly presigned: { readonly expiresSeconds: number } | undefined;
}

/** A presigned URL of the older scheme, which S3 still takes and `aws s3 presign` still writes for other endpoints. */
export interface SignatureV2Claim {
  readonly version: 2;
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
  /** Base64. */
  readonly signature: string;
  readonly expiresAtSeconds: number;
}

/** Where a signature can stand. */
type SignedHead = Pick<WireRequest, 'headers' | 'query'>;

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SIGNATURE = /^[0-9a-f]{64}$/;

/**
 * Reads the Authorization header, or the parameters of a presigned URL.
 * @throws AwsError MissingAuthenticationToken, IncompleteSignature or InvalidSignature, spelt as the dialect spells them
 */
export function readSignatureClaim(request: SignedHead, dialect: AuthDialect): SignatureClaim {
  const authorization = request.headers['authorization'];
  if (authorization !== undefined) return readHeader(request, authorization, dialect);
  if (request.query.includes('Signature=') || request.query.includes('X-Amz-Algorithm=')) {
    const parameters = queryParameters(request.query);
    if (parameters.has('X-Amz-Algorithm') || parameters.has('X-Amz-Signature')) return readPresigned(parameters, dialect);
    if (dialect === 's3' && parameters.has('AWSAccessKeyId')) return readSignatureV2(request, parameters);
  }
  throw missingAuthenticationToken(dialect);
}

/** What stands before the signature in a header that was well formed. It is the same in all requests of a client on one day. */
type Preamble = Pick<SignatureV4Claim, 'accessKeyId' | 'scope' | 'signedHeaders'>;

const preambles = new RecentlyUsed<string, Preamble>(1024);
const MAX_PREAMBLE_LENGTH = 1024;
const SIGNATURE_LENGTH = 64;

/** Takes a header apart that has been seen before, but for its signature. Undefined for any other, and for what is wrong with it. */
function readKnownHeader({ headers }: SignedHead, authorization: string): SignatureV4Claim | undefined {
  const known = preambles.get(authorization.slice(0, -SIGNATURE_LENGTH));
  const date = headers['x-amz-date'];
  if (known === undefined || date === undefined || !date.startsWith(known.scope.date)) return undefined;
  const signedAtMs = parseAmzDate(date);
  const signature = authorization.slice(-SIGNATURE_LENGTH);
  if (signedAtMs === undefined || !SIGNATURE.test(signature)) return undefined;
  return {
    version: 4,
    accessKeyId: known.accessKeyId,
    sessionToken: headers['x-amz-security-token'],
    scope: known.scope,
    date,
    signedAtMs,
    signedHeaders: known.signedHeaders,
    signature,
    presigned: undefined,
  };
}

function readHeader(request: SignedHead, authorization: string, dialect: AuthDialect): SignatureV4Claim {
  const known = readKnownHeader(request, authorization);
  if (known !== undefined) return known;
  const claim = readNewHeader(request, authorization, dialect);
  const preamble = authorization.slice(0, -SIGNATURE_LENGTH);
  if (preamble.length <= MAX_PREAMBLE_LENGTH && preamble.endsWith('Signature=')) preambles.set(preamble, claim);
  return claim;
}

function readNewHeader(request: SignedHead, authorization: string, dialect: AuthDialect): SignatureV4Claim {
  const space = authorization.indexOf(' ');
  const algorithm = space < 0 ? authorization : authorization.slice(0, space);
  if (algorithm !== ALGORITHM) throw incompleteSignature(dialect, `Unsupported AWS 'algorithm': '${algorithm.slice(0, 64)}'.`);
  const parameters = headerParameters(authorization.slice(space + 1), dialect);
  const credential = parameters.get('Credential');
  const signedHeaders = parameters.get('SignedHeaders');
  const signature = parameters.get('Signature');
  const date = headerDate(request.headers, dialect);
  if (credential === undefined || signedHeaders === undefined || signature === undefined || date === undefined) {
    const parts = { Credential: credential, Signature: signature, SignedHeaders: signedHeaders };
    const missing = Object.entries(parts).filter(([, value]) => value === undefined);
    const needs = missing.map(([name]) => `Authorization header requires '${name}' parameter. `);
    if (date === undefined) needs.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
    const digest = hash('sha256', authorization, 'base64');
    throw incompleteSignature(dialect, `${needs.join('')}(Hashed with SHA-256 and encoded with Base64) Authorization=${digest}`);
  }
  return {
    version: 4,
    ...readDate(date, dialect),
    ...readCredential(credential, date, dialect),
    sessionToken: request.headers['x-amz-security-token'],
    signedHeaders: readSignedHeaders(signedHeaders, dialect),
    signature: readHex(signature, dialect),
    presigned: undefined,
  };
}

function headerParameters(text: string, dialect: AuthDialect): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals < 0) {
      const digest = hash('sha256', part.trim(), 'base64');
      throw incompleteSignature(
        dialect,
        `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${digest}'.`,
      );
    }
    parameters.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  return parameters;
}

function readPresigned(parameters: ReadonlyMap<string, string>, dialect: AuthDialect): SignatureV4Claim {
  const required = (name: string): string => parameters.get(name) ?? '';
  const names = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date'];
  const missing = names.filter((name) => required(name) === '');
  if (missing.length > 0) {
    const list = missing.map((name) => `AWS query-string parameters must include '${name}'. `).join('');
    throw incompleteQuery(dialect, `${list}Re-examine the query-string parameters.`);
  }
  const algorithm = required('X-Amz-Algorithm');
  if (algorithm !== ALGORITHM) throw incompleteSignature(dialect, `Unsupported AWS 'algorithm': '${algorithm.slice(0, 64)}'.`);
  const date = required('X-Amz-Date');
  return {
    version: 4,
    ...readDate(date, dialect),
    ...readCredential(required('X-Amz-Credential'), date, dialect),
    sessionToken: parameters.get('X-Amz-Security-Token'),
    signedHeaders: readSignedHeaders(required('X-Amz-SignedHeaders'), dialect),
    signature: readHex(required('X-Amz-Signature'), dialect),
    presigned: { expiresSeconds: readExpires(parameters.get('X-Amz-Expires'), dialect) },
  };
}

function readSignatureV2(request: SignedHead, parameters: ReadonlyMap<string, string>): SignatureV2Claim {
  const signature = parameters.get('Signature');
  const expires = parameters.get('Expires');
  if (signature === undefined || expires === undefined || !/^\d{1,12}$/.test(expires)) {
    throw incompleteSignature('s3', 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters');
  }
  return {
    version: 2,
    accessKeyId: parameters.get('AWSAccessKeyId') ?? '',
    sessionToken: parameters.get('x-amz-security-token') ?? request.headers['x-amz-security-token'],
    signature,
    expiresAtSeconds: Number(expires),
  };
}

/** `X-Amz-Date`, or `Date` in either of its forms. */
function headerDate(headers: Readonly<Record<string, string>>, dialect: AuthDialect): string | undefined {
  const amzDate = headers['x-amz-date'];
  if (amzDate !== undefined) return amzDate;
  const date = headers['date'];
  if (date === undefined || parseAmzDate(date) !== undefined) return date;
  const ms = Date.parse(date);
  if (Number.isNaN(ms)) throw badDate(date, dialect);
  return formatAmzDate(ms);
}

function readDate(date: string, dialect: AuthDialect): { readonly date: string; readonly signedAtMs: number } {
  const signedAtMs = parseAmzDate(date);
  if (signedAtMs === undefined) throw badDate(date, dialect);
  return { date, signedAtMs };
}

function badDate(date: string, dialect: AuthDialect): Error {
  return incompleteSignature(
    dialect,
    `Date must be in ISO-8601 'basic format'. Got '${date.slice(0, 64)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  );
}

function readCredential(
  credential: string,
  date: string,
  dialect: AuthDialect,
): { readonly accessKeyId: string; readonly scope: CredentialScope } {
  const [accessKeyId, day, region, service, terminator, ...rest] = credential.split('/');
  if (!accessKeyId || day === undefined || region === undefined || service === undefined || terminator === undefined || rest.length > 0) {
    throw incompleteSignature(
      dialect,
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
        `${credential.slice(0, 256)}'`,
    );
  }
  // Region and service become parts of keys and ARNs: nothing but their own alphabet gets further.
  if (!/^[a-z0-9-]{1,64}$/.test(region)) throw invalidSignature(dialect, 'Credential should be scoped to a valid region. ');
  if (!/^[a-z0-9-]{1,64}$/.test(service)) throw invalidSignature(dialect, 'Credential should be scoped to correct service. ');
  if (terminator !== 'aws4_request') {
    throw invalidSignature(
      dialect,
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator.slice(0, 64)}'. `,
    );
  }
  if (day !== date.slice(0, 8)) {
    throw invalidSignature(
      dialect,
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `'${day.slice(0, 64)}' != '${date.slice(0, 8)}', from '${date.slice(0, 64)}'.`,
    );
  }
  return { accessKeyId, scope: { date: day, region, service } };
}

function readSignedHeaders(text: string, dialect: AuthDialect): readonly string[] {
  const names = text.toLowerCase().split(';');
  if (!names.includes('host') && !names.includes(':authority')) {
    throw invalidSignature(dialect, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  return names;
}

function readHex(signature: string, dialect: AuthDialect): string {
  if (!SIGNATURE.test(signature)) throw invalidSignature(dialect);
  return signature;
}

/**
 * Source: "Authenticating Requests: Using Query Parameters": at most seven days. S3 requires the parameter; some SDKs leave it out
 * for other services, where a signature is then good for 15 minutes.
 */
function readExpires(text: string | undefined, dialect: AuthDialect): number {
  if (text === undefined && dialect !== 's3') return 900;
  if (text === undefined) throw incompleteQuery(dialect, 'Query-string authentication version 4 requires the X-Amz-Expires parameter.');
  if (!/^\d{1,12}$/.test(text)) throw incompleteQuery(dialect, 'X-Amz-Expires should be a number');
  if (Number(text) > 604_800) {
    throw incompleteQuery(
      dialect,
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  return Number(text);
}
