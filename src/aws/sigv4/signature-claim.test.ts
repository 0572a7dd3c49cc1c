import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import type { AuthDialect } from './auth-errors.ts';
import { readSignatureClaim } from './signature-claim.ts';

const GOOD =
  'AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-west-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=' + 'ab'.repeat(32);

function read(
  headers: Readonly<Record<string, string>>,
  query = '',
  dialect: AuthDialect = 'restJson',
): ReturnType<typeof readSignatureClaim> {
  return readSignatureClaim({ query, headers }, dialect);
}

function refusal(
  authorization: string,
  headers: Readonly<Record<string, string>> = { 'x-amz-date': '20261120T120000Z' },
): readonly [string, string] {
  try {
    read({ authorization, ...headers });
  } catch (error) {
    assert.ok(error instanceof AwsError);
    return [error.code, error.message];
  }
  assert.fail('the request was read');
}

test('readSignatureClaim reads the header in any order and spacing', () => {
  const expected = {
    version: 4,
    accessKeyId: 'AKID',
    scope: { date: '20261120', region: 'eu-west-1', service: 'lambda' },
    date: '20261120T120000Z',
    signedAtMs: Date.UTC(2026, 10, 20, 12),
    sessionToken: 'token',
    signedHeaders: ['host', 'x-amz-date'],
    signature: 'ab'.repeat(32),
    presigned: undefined,
  };
  const headers = { 'x-amz-date': '20261120T120000Z', 'x-amz-security-token': 'token' };
  assert.deepEqual(read({ ...headers, authorization: GOOD }), expected);
  const [, credential = '', signedHeaders = '', signature = ''] = /^\S+ (.*), (.*), (.*)$/.exec(GOOD) ?? [];
  assert.deepEqual(read({ ...headers, authorization: `AWS4-HMAC-SHA256 ${signature},${signedHeaders},   ${credential}` }), expected);
  assert.deepEqual(read({ date: 'Fri, 20 Nov 2026 12:00:00 GMT', 'x-amz-security-token': 'token', authorization: GOOD }), expected);
});

test('readSignatureClaim tells in AWS’s words what is missing or wrong', () => {
  const incomplete = 'IncompleteSignatureException';
  const invalid = 'InvalidSignatureException';
  const partial = 'AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-west-1/lambda/aws4_request';
  assert.deepEqual(refusal(partial, {}), [
    incomplete,
    "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. " +
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " +
      `(Hashed with SHA-256 and encoded with Base64) Authorization=${hash('sha256', partial, 'base64')}`,
  ]);
  assert.deepEqual(refusal('AWS4-HMAC-SHA256 nonsense'), [
    incomplete,
    'Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): ' +
      `'${hash('sha256', 'nonsense', 'base64')}'.`,
  ]);
  assert.deepEqual(refusal('Bearer abc'), [incomplete, "Unsupported AWS 'algorithm': 'Bearer'."]);
  assert.deepEqual(refusal(GOOD.replace('AKID/', '')), [
    incomplete,
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '20261120/eu-west-1/lambda/aws4_request'",
  ]);
  assert.deepEqual(refusal(GOOD, { 'x-amz-date': '2026-11-20' }), [
    incomplete,
    "Date must be in ISO-8601 'basic format'. Got '2026-11-20'. See http://en.wikipedia.org/wiki/ISO_8601",
  ]);
  assert.deepEqual(refusal(GOOD, { 'x-amz-date': '20261121T000000Z' }), [
    invalid,
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261120' != '20261121', from '20261121T000000Z'.",
  ]);
  assert.deepEqual(refusal(GOOD.replace('aws4_request', 'aws5')), [
    invalid,
    "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. ",
  ]);
  assert.deepEqual(refusal(GOOD.replace('eu-west-1', 'eu%2Fwest')), [invalid, 'Credential should be scoped to a valid region. ']);
  assert.deepEqual(refusal(GOOD.replace('host;', '')), [
    invalid,
    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
  ]);
  assert.equal(refusal(GOOD.replace('abab', 'ABAB'))[0], invalid);
});

test('readSignatureClaim answers an unsigned request as each protocol does', () => {
  const cases: readonly (readonly [AuthDialect, string, number, string])[] = [
    ['restJson', 'MissingAuthenticationTokenException', 403, 'Missing Authentication Token'],
    ['json', 'MissingAuthenticationTokenException', 400, 'Missing Authentication Token'],
    ['query', 'MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
    ['s3', 'AccessDenied', 403, 'Access Denied'],
  ];
  for (const [dialect, code, status, message] of cases) assert.throws(() => read({}, '', dialect), { code, status, message });
});

test('readSignatureClaim reads a presigned URL, and bounds its life to a week', () => {
  const query = (expires: string): string =>
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261120%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261120T120000Z' +
    `${expires}&X-Amz-SignedHeaders=host&X-Amz-Security-Token=a%2Bb&X-Amz-Signature=${'ab'.repeat(32)}`;
  const claim = read({}, query('&X-Amz-Expires=604800'));
  assert.equal(claim.sessionToken, 'a+b');
  assert.deepEqual(claim.version === 4 && claim.presigned, { expiresSeconds: 604_800 });
  assert.throws(() => read({}, query('&X-Amz-Expires=604801')), { code: 'IncompleteSignatureException' });
  assert.throws(() => read({}, query('&X-Amz-Expires=604801'), 's3'), { code: 'AuthorizationQueryParametersError', status: 400 });
  const short = read({}, query(''));
  assert.deepEqual(short.version === 4 && short.presigned, { expiresSeconds: 900 });
  assert.throws(() => read({}, query(''), 's3'), { code: 'AuthorizationQueryParametersError' });
  assert.throws(() => read({}, 'X-Amz-Signature=1'), {
    message:
      "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Credential'. " +
      "AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. " +
      'Re-examine the query-string parameters.',
  });
});
