import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { AwsError } from '#aws/errors.ts';
import type { WireRequest } from '#aws/wire/message.ts';
import { parseAmzDate } from './amz-date.ts';
import { readSignatureClaim } from './signature-claim.ts';
import { SigningKeys } from './signing-key.ts';
import { signRequest } from './test-signer.ts';
import { equalText, verifyHeadOfS3, verifySignature } from './verify-signature.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0);
const CREDENTIALS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const keys = new SigningKeys();

function verify(
  request: WireRequest,
  options: { readonly nowMs?: number; readonly secretAccessKey?: string; readonly s3?: boolean } = {},
): string | undefined {
  const claim = readSignatureClaim(request, options.s3 === true ? 's3' : 'restJson');
  assert.equal(claim.version, 4);
  const nowMs = options.nowMs ?? NOW_MS;
  return keys.use(options.secretAccessKey ?? CREDENTIALS.secretAccessKey, claim.scope, (key) => {
    if (options.s3 === true) return verifyHeadOfS3(request, claim, { key, nowMs });
    verifySignature(request, claim, { key, nowMs, dialect: 'restJson' });
    return undefined;
  });
}

function refusal(run: () => unknown): AwsError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof AwsError);
    return error;
  }
  assert.fail('the request was accepted');
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

test('verifySignature accepts the published SigV4 test suite', async (t) => {
  const vectors: Readonly<
    Record<string, Partial<WireRequest> & { readonly signed?: string; readonly text?: string; readonly signature: string }>
  > = {
    'get-vanilla': { signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
    'get-vanilla-query-order-key-case': {
      query: 'Param2=value2&Param1=value1',
      signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    },
    'get-vanilla-empty-query-key': {
      query: 'Param1=value1',
      signature: 'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
    },
    'get-vanilla-utf8-query': { query: 'ሴ=bar', signature: '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04' },
    'get-header-value-trim': {
      headers: { 'my-header1': ' value1', 'my-header2': ' "a   b   c"' },
      signed: 'host;my-header1;my-header2;x-amz-date',
      signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    },
    'get-header-key-duplicate': {
      headers: { 'my-header1': 'value2, value2, value1' },
      signed: 'host;my-header1;x-amz-date',
      signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    },
    'get-unreserved': {
      path: '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
      signature: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    },
    'get-slashes': { path: '//example//', signature: '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84' },
    'get-relative': { path: '/example/..', signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
    'get-space': { path: '/example space/', signature: '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741' },
    'get-utf8': { path: '/ሴ', signature: '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85' },
    'post-x-www-form-urlencoded': {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      signed: 'content-type;host;x-amz-date',
      text: 'Param1=value1',
      signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    },
  };
  for (const [name, { signed = 'host;x-amz-date', signature, text = '', headers, ...rest }] of Object.entries(vectors)) {
    await t.test(name, () => {
      const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signed}, Signature=${signature}`;
      const request = {
        method: 'GET',
        path: '/',
        query: '',
        ...rest,
        headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z', ...headers, authorization },
        body: Buffer.from(text),
      };
      verify(request, { nowMs: parseAmzDate('20150830T123600Z') ?? 0, secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' });
    });
  }
});

/** What an SDK may send: encoded path segments, any text in the query, folded and padded header values, any body. */
const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: fc
    .array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 4 })
    .map((segments) => `/${segments.map(encodeSegment).join('/')}`),
  query: fc.dictionary(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.array(fc.string({ maxLength: 4 }), { minLength: 1, maxLength: 3 })),
    { maxKeys: 5, noNullPrototype: true },
  ),
  headers: fc.dictionary(
    fc.stringMatching(/^x-test-[a-z]{1,5}$/),
    fc.stringMatching(/^[ \t]{0,2}[!-~]{1,5}([ \t]{1,3}[!-~]{1,5}){0,2}[ \t]{0,2}$/),
    { maxKeys: 3, noNullPrototype: true },
  ),
  body: fc.uint8Array({ maxLength: 64 }),
});

/** As the SDK encodes a label; a segment of dots alone would be normalised away by any URL parser on the way. */
function encodeSegment(text: string): string {
  const encoded = encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return encoded === '.' || encoded === '..' ? `x${encoded}` : encoded;
}

for (const service of ['lambda', 's3']) {
  test(`verifySignature agrees with the SDK's signer, header form, ${service}`, async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        verify(await signRequest(request, CREDENTIALS, { service, atMs: NOW_MS }), { s3: service === 's3' });
      }),
      { numRuns: 300 },
    );
  });

  test(`verifySignature agrees with the SDK's signer, presigned form, ${service}`, async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const headers = { ...request.headers, ...(service === 's3' && { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }) };
        const presigned = await signRequest({ ...request, headers }, CREDENTIALS, { service, atMs: NOW_MS, expiresInSeconds: 60 });
        verify(presigned, { s3: service === 's3' });
      }),
      { numRuns: 300 },
    );
  });
}

test('verifySignature refuses a request that was changed after signing', async () => {
  const signed = await signRequest(
    {
      path: '/2015-03-31/functions/arn%3Aaws%3Alambda/invocations',
      query: { Qualifier: '1', 'a-b': '1', a: '2' },
      headers: { 'x-amz-meta': 'm' },
      body: '{"a":1}',
    },
    CREDENTIALS,
    { atMs: NOW_MS },
  );
  verify(signed);
  verify({ ...signed, query: 'a=2&a-b=1&Qualifier=1' });
  const changed: Readonly<Record<string, Partial<WireRequest>>> = {
    method: { method: 'PUT' },
    path: { path: '/2015-03-31/functions/arn%3Aaws%3Alambda/invocation' },
    'encoding of the path': { path: '/2015-03-31/functions/arn:aws:lambda/invocations' },
    'query value': { query: 'a=2&a-b=1&Qualifier=2' },
    'query parameter more': { query: 'a=2&a-b=1&Qualifier=1&b=' },
    'query parameter less': { query: 'a=2&a-b=1' },
    header: { headers: { ...signed.headers, 'x-amz-meta': 'n' } },
    host: { headers: { ...signed.headers, host: '127.0.0.1:4567' } },
    body: { body: Buffer.from('{"a":2}') },
    date: { headers: { ...signed.headers, 'x-amz-date': '20261120T120001Z' } },
  };
  for (const [what, part] of Object.entries(changed)) {
    const error = refusal(() => verify({ ...signed, ...part }));
    assert.deepEqual([what, error.code, error.status, error.message], [what, 'InvalidSignatureException', 403, MISMATCH]);
  }
});

test('verifySignature refuses signed headers that were not sent, though every object has them', async () => {
  const signed = await signRequest({}, CREDENTIALS, { atMs: NOW_MS });
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    const authorization = signed.headers['authorization']?.replace(/SignedHeaders=[^,]+/, `SignedHeaders=host;${name}`) ?? assert.fail();
    assert.equal(refusal(() => verify({ ...signed, headers: { ...signed.headers, authorization } })).message, MISMATCH, name);
  }
});

test('equalText compares texts of any characters', () => {
  assert.equal(equalText('abc', 'abc'), true);
  assert.equal(equalText('abc', 'abd'), false);
  assert.equal(equalText('abc', 'abcd'), false);
  // As many characters, but not as many bytes.
  assert.equal(equalText('abc', 'ab\u00e4'), false);
  assert.equal(equalText('\u00e4', '\u00e4'), true);
});

test('verifySignature refuses another secret', async () => {
  const signed = await signRequest({}, CREDENTIALS, { atMs: NOW_MS });
  assert.equal(refusal(() => verify(signed, { secretAccessKey: 'other' })).message, MISMATCH);
});

test('verifySignature holds x-amz-content-sha256 against the body, outside of S3 too', async () => {
  const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const signed = await signRequest({ headers, body: 'x' }, CREDENTIALS, { atMs: NOW_MS });
  assert.equal(refusal(() => verify(signed)).message, MISMATCH);
  const plain = await signRequest({ body: 'x' }, CREDENTIALS, { atMs: NOW_MS });
  const lying = { ...plain, headers: { ...plain.headers, 'x-amz-content-sha256': '0'.repeat(64) } };
  assert.equal(refusal(() => verify(lying)).message, MISMATCH);
});

test('verifyHeadOfS3 names the hash of the body, a missing hash and unsigned headers', async () => {
  const signed = await signRequest({ body: 'x' }, CREDENTIALS, { service: 's3', atMs: NOW_MS });
  assert.equal(verify(signed, { s3: true }), hash('sha256', 'x'));
  const { 'x-amz-content-sha256': _, ...withoutHash } = signed.headers;
  assert.equal(refusal(() => verify({ ...signed, headers: withoutHash }, { s3: true })).code, 'InvalidRequest');
  const more = refusal(() => verify({ ...signed, headers: { ...signed.headers, 'x-amz-acl': 'public-read' } }, { s3: true }));
  assert.deepEqual([more.code, more.status, more.members], ['AccessDenied', 403, { HeadersNotSigned: 'x-amz-acl' }]);
  const wrong = refusal(() => verify({ ...signed, path: '/other' }, { s3: true }));
  assert.equal(
    wrong.message,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
  assert.equal(wrong.members['AWSAccessKeyId'], CREDENTIALS.accessKeyId);
});

test('verifySignature allows five minutes of skew, S3 fifteen', async () => {
  const lambda = await signRequest({}, CREDENTIALS, { atMs: NOW_MS });
  const minutes = (count: number): number => NOW_MS + count * 60_000;
  verify(lambda, { nowMs: minutes(5) });
  verify(lambda, { nowMs: minutes(-5) });
  const late = refusal(() => verify(lambda, { nowMs: minutes(5) + 1000 }));
  assert.deepEqual([late.code, late.status], ['InvalidSignatureException', 403]);
  assert.equal(late.message, 'Signature expired: 20261120T120000Z is now earlier than 20261120T120001Z (20261120T120501Z - 5 min.)');
  assert.equal(
    refusal(() => verify(lambda, { nowMs: minutes(-5) - 1000 })).message,
    'Signature not yet current: 20261120T120000Z is still later than 20261120T115959Z (20261120T115459Z + 5 min.)',
  );
  const s3 = await signRequest({}, CREDENTIALS, { service: 's3', atMs: NOW_MS });
  verify(s3, { nowMs: minutes(15), s3: true });
  const skewed = refusal(() => verify(s3, { nowMs: minutes(15) + 1000, s3: true }));
  assert.deepEqual([skewed.code, skewed.status, skewed.members['MaxAllowedSkewMilliseconds']], ['RequestTimeTooSkewed', 403, '900000']);
});

test('verifySignature lets a presigned URL live for X-Amz-Expires', async () => {
  for (const service of ['lambda', 's3']) {
    const s3 = service === 's3';
    const url = await signRequest({ method: 'GET' }, CREDENTIALS, { service, atMs: NOW_MS, expiresInSeconds: 3600 });
    const expired = (seconds: number): AwsError => refusal(() => verify(url, { nowMs: NOW_MS + seconds * 1000, s3 }));
    if (s3) {
      assert.deepEqual(
        [expired(3601).code, expired(3601).message, expired(3601).members['X-Amz-Expires']],
        ['AccessDenied', 'Request has expired', '3600'],
      );
    } else {
      verify(url, { nowMs: NOW_MS + 3_600_000 });
      assert.match(
        expired(3601).message,
        /^Signature expired: 20261120T120000Z is now earlier than 20261120T120001Z \(20261120T130001Z - 60 min\.\)$/,
      );
    }
  }
});

test('verifySignature accepts the presigned URL of the S3 documentation', () => {
  const request = {
    method: 'GET',
    path: '/test.txt',
    query:
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z' +
      '&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    headers: { host: 'examplebucket.s3.amazonaws.com' },
    body: Buffer.alloc(0),
  };
  assert.equal(verify(request, { nowMs: Date.UTC(2013, 4, 24, 23), s3: true }), 'UNSIGNED-PAYLOAD');
  assert.equal(refusal(() => verify(request, { nowMs: Date.UTC(2013, 4, 25, 0, 0, 1), s3: true })).message, 'Request has expired');
});
