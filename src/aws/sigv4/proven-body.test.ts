import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { suite, test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import type { ChunkSigning } from './chunk-signatures.ts';
import { provenBody } from './proven-body.ts';
import { SigningKeys, scopeText } from './signing-key.ts';

const SCOPE = { date: '20130524', region: 'us-east-1', service: 's3' };
const KEY = new SigningKeys().use('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', SCOPE, (key) => key);
const DATA = 'a'.repeat(66_560);
const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
const TRAILER_SEED = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e';

function chunk(text: string, signature: string): string {
  return `${text.length.toString(16)};chunk-signature=${signature}\r\n${text}\r\n`;
}

/** The worked examples of S3's documentation: "Transferring payload in multiple chunks", without and with a trailer. */
const SIGNED = [
  chunk(DATA.slice(0, 65_536), 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'),
  chunk(DATA.slice(65_536), '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'),
  chunk('', 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'),
];
const WITH_TRAILER = [
  chunk(DATA.slice(0, 65_536), 'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2'),
  chunk(DATA.slice(65_536), '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7'),
  '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
  'x-amz-checksum-crc32c:sOO8/Q==\r\n',
  'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
];

interface Sent {
  readonly payloadHash: string;
  readonly seed?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function* pieces(text: string): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += 10_000) yield await Promise.resolve(Buffer.from(text.slice(at, at + 10_000)));
}

/** The bytes that were let through, and the trailers or the code of the error. */
async function receive(text: string, { payloadHash, seed, headers = {} }: Sent): Promise<readonly [string, unknown]> {
  const signing: ChunkSigning | undefined =
    seed === undefined ? undefined : { key: KEY, date: '20130524T000000Z', scope: scopeText(SCOPE), seedSignature: seed };
  let received = '';
  try {
    const body = provenBody({ method: 'PUT', path: '/', query: '', headers }, pieces(text), { payloadHash, signing });
    for await (const bytes of body) received += Buffer.from(bytes).toString();
    return [received, body.trailers()];
  } catch (error) {
    assert.ok(error instanceof AwsError, String(error));
    return [received, error.code];
  }
}

suite('provenBody', () => {
  test('a plain body must have the digest that was signed', async () => {
    const payloadHash = hash('sha256', DATA);
    assert.deepEqual(await receive(DATA, { payloadHash, seed: SEED }), [DATA, {}]);
    assert.equal((await receive(`${DATA}b`, { payloadHash, seed: SEED }))[1], 'XAmzContentSHA256Mismatch');
    assert.deepEqual(await receive(DATA, { payloadHash: 'UNSIGNED-PAYLOAD', seed: SEED }), [DATA, {}]);
    assert.deepEqual(await receive(DATA, { payloadHash: 'f'.repeat(64) }), [DATA, {}]);
  });

  test('each chunk must have its signature, in its place', async () => {
    const [first = '', second = '', last = ''] = SIGNED;
    const sent = { payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', seed: SEED };
    assert.deepEqual(await receive(SIGNED.join(''), sent), [DATA, {}]);
    assert.equal((await receive(second + first + last, sent))[1], 'SignatureDoesNotMatch');
    assert.equal((await receive(first + last, sent))[1], 'SignatureDoesNotMatch');
    assert.equal((await receive(first.replace('aaa', 'aab') + second + last, sent))[1], 'SignatureDoesNotMatch');
    assert.equal((await receive(`${DATA.length.toString(16)}\r\n${DATA}\r\n0\r\n\r\n`, sent))[1], 'SignatureDoesNotMatch');
    assert.equal((await receive(first + second, sent))[1], 'IncompleteBody');
    assert.equal((await receive(SIGNED.join(''), { ...sent, seed: TRAILER_SEED }))[1], 'SignatureDoesNotMatch');
  });

  test('trailers must be signed, too, and are told', async () => {
    const sent = { payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', seed: TRAILER_SEED };
    assert.deepEqual(await receive(WITH_TRAILER.join(''), sent), [DATA, { 'x-amz-checksum-crc32c': 'sOO8/Q==' }]);
    assert.equal((await receive(WITH_TRAILER.join('').replace('sOO8', 'sOO9'), sent))[1], 'SignatureDoesNotMatch');
    assert.equal((await receive(WITH_TRAILER.slice(0, 4).join(''), sent))[1], 'SignatureDoesNotMatch');
  });

  test('the unsigned form is taken as it is, as long as it has the length that was announced', async () => {
    const payloadHash = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
    const text = '3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n';
    const headers = (length: string): Sent => ({ payloadHash, seed: SEED, headers: { 'x-amz-decoded-content-length': length } });
    assert.deepEqual(await receive(text, headers('3')), ['abc', { 'x-amz-checksum-crc32': 'AAAA' }]);
    assert.equal((await receive(text, headers('4')))[1], 'IncompleteBody');
    assert.equal((await receive(text, { payloadHash: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD', seed: SEED }))[1], 'NotImplemented');
  });

  test('length and trailers are announced by the head', () => {
    const open = (payloadHash: string) =>
      provenBody(
        {
          method: 'PUT',
          path: '/',
          query: '',
          headers: { 'content-length': '50', 'x-amz-decoded-content-length': '9', 'x-amz-trailer': 'X-Amz-Checksum-Crc32' },
        },
        pieces(''),
        { payloadHash, signing: undefined },
      );
    const plain = open('UNSIGNED-PAYLOAD');
    assert.deepEqual([plain.sizeBytes, plain.trailerNames], [50, []]);
    const chunked = open('STREAMING-UNSIGNED-PAYLOAD-TRAILER');
    assert.deepEqual([chunked.sizeBytes, chunked.trailerNames], [9, ['x-amz-checksum-crc32']]);
  });
});
