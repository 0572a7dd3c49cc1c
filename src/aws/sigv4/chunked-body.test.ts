import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import { decodeChunkedBody } from './chunked-body.ts';
import type { ChunkSigning } from './chunked-body.ts';
import { SigningKeys, scopeText } from './signing-key.ts';

const SCOPE = { date: '20130524', region: 'us-east-1', service: 's3' };
const KEY = new SigningKeys().use('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', SCOPE, (key) => key);
const DATA = 'a'.repeat(66_560);

function signing(seedSignature: string): ChunkSigning {
  return { key: KEY, date: '20130524T000000Z', scope: scopeText(SCOPE), seedSignature };
}

function chunk(text: string, signature: string): string {
  return `${text.length.toString(16)};chunk-signature=${signature}\r\n${text}\r\n`;
}

/** The worked examples of S3's documentation: "Transferring payload in multiple chunks", without and with a trailer. */
const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
const SIGNED = [
  chunk(DATA.slice(0, 65_536), 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'),
  chunk(DATA.slice(65_536), '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'),
  chunk('', 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'),
];
const TRAILER_SEED = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e';
const WITH_TRAILER = [
  chunk(DATA.slice(0, 65_536), 'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2'),
  chunk(DATA.slice(65_536), '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7'),
  '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
  'x-amz-checksum-crc32c:sOO8/Q==\r\n',
  'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
];

const PAYLOAD = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
const TRAILER = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
const UNSIGNED = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof AwsError);
    return error.code;
  }
  return 'accepted';
}

test('decodeChunkedBody verifies and joins signed chunks', () => {
  const { body, trailers } = decodeChunkedBody(Buffer.from(SIGNED.join('')), PAYLOAD, signing(SEED));
  assert.equal(body.toString(), DATA);
  assert.deepEqual(trailers, {});
});

test('decodeChunkedBody refuses changed, reordered, missing and unsigned chunks', () => {
  const [first = '', second = '', last = ''] = SIGNED;
  const decode = (...parts: readonly string[]): string =>
    code(() => decodeChunkedBody(Buffer.from(parts.join('')), PAYLOAD, signing(SEED)));
  assert.equal(decode(first, second, last), 'accepted');
  assert.equal(decode(first.replace('aaa', 'aab'), second, last), 'SignatureDoesNotMatch');
  assert.equal(decode(second, first, last), 'SignatureDoesNotMatch');
  assert.equal(decode(first, last), 'SignatureDoesNotMatch');
  assert.equal(decode(first, second, '0\r\n\r\n'), 'SignatureDoesNotMatch');
  assert.equal(decode(first, second), 'IncompleteBody');
  assert.equal(decode(first.slice(0, -1)), 'IncompleteBody');
  assert.equal(decode('zz\r\n'), 'IncompleteBody');
});

test('decodeChunkedBody leaves out a trailer that the form does not have', () => {
  const { trailers } = decodeChunkedBody(
    Buffer.from(`${SIGNED.join('').slice(0, -2)}x-amz-checksum-crc32c:AAAA\r\n\r\n`),
    PAYLOAD,
    signing(SEED),
  );
  assert.deepEqual(trailers, {});
});

test('decodeChunkedBody verifies a signed trailer', () => {
  const { body, trailers } = decodeChunkedBody(Buffer.from(WITH_TRAILER.join('')), TRAILER, signing(TRAILER_SEED));
  assert.equal(body.length, DATA.length);
  assert.deepEqual(trailers, { 'x-amz-checksum-crc32c': 'sOO8/Q==' });
  const decode = (text: string): string => code(() => decodeChunkedBody(Buffer.from(text), TRAILER, signing(TRAILER_SEED)));
  assert.equal(decode(WITH_TRAILER.join('').replace('sOO8', 'sOO9')), 'SignatureDoesNotMatch');
  assert.equal(decode(WITH_TRAILER.slice(0, 4).join('')), 'SignatureDoesNotMatch');
});

test('decodeChunkedBody reads unsigned chunks with their trailer', () => {
  const text = '5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n';
  const { body, trailers } = decodeChunkedBody(Buffer.from(text), UNSIGNED, signing(SEED));
  assert.equal(body.toString(), 'hello world');
  assert.deepEqual(trailers, { 'x-amz-checksum-crc32': 'DUoRhQ==' });
});

test('decodeChunkedBody checks no signature when there is nothing to check it with', () => {
  assert.equal(decodeChunkedBody(Buffer.from(`${chunk('ab', '0'.repeat(64))}0\r\n\r\n`), PAYLOAD, undefined).body.toString(), 'ab');
});

test('decodeChunkedBody refuses forms that it does not know', () => {
  assert.equal(
    code(() => decodeChunkedBody(Buffer.from(''), 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD', signing(SEED))),
    'NotImplemented',
  );
});
