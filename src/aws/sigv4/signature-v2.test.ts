import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { WireRequest } from '#aws/wire/message.ts';
import { readSignatureClaim } from './signature-claim.ts';
import { verifySignatureV2 } from './signature-v2.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

function url(path: string, query: string, headers: Readonly<Record<string, string>> = {}): WireRequest {
  return { method: 'GET', path, query, headers: { host: 'localhost:4566', ...headers }, body: Buffer.alloc(0) };
}

function verify(request: WireRequest, nowSeconds: number, virtualHostBucket?: string): void {
  const claim = readSignatureClaim(request, 's3');
  assert.equal(claim.version, 2);
  verifySignatureV2(request, claim, { secretAccessKey: SECRET, nowMs: nowSeconds * 1000, virtualHostBucket });
}

function signed(text: string): string {
  return encodeURIComponent(createHmac('sha1', SECRET).update(text).digest('base64'));
}

test('verifySignatureV2 accepts a presigned URL until it expires', () => {
  const signature = signed('GET\n\n\n1175139620\n/johnsmith/photos/puppy.jpg');
  const request = url('/johnsmith/photos/puppy.jpg', `AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=${signature}&Expires=1175139620`);
  verify(request, 1_175_139_620);
  assert.throws(() => verify(request, 1_175_139_621), { code: 'AccessDenied', message: 'Request has expired', status: 403 });
  assert.throws(() => verify({ ...request, path: '/johnsmith/photos/other.jpg' }, 0), { code: 'SignatureDoesNotMatch', status: 403 });
  assert.throws(() => verify({ ...request, method: 'PUT' }, 0), { code: 'SignatureDoesNotMatch' });
});

test('verifySignatureV2 refuses a signature with characters that no signature has', () => {
  const right = createHmac('sha1', SECRET).update('GET\n\n\n100\n/k').digest('base64');
  const wrong = url('/k', `AWSAccessKeyId=A&Signature=${encodeURIComponent(`${right.slice(0, -1)}\u00e4`)}&Expires=100`);
  assert.throws(() => verify(wrong, 1), { code: 'SignatureDoesNotMatch', status: 403 });
});

test('verifySignatureV2 puts the bucket of a virtual host into the resource', () => {
  const query = `AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=${signed('GET\n\n\n100\n/johnsmith/puppy.jpg')}&Expires=100`;
  verify(url('/puppy.jpg', query), 1, 'johnsmith');
  assert.throws(() => verify(url('/puppy.jpg', query), 1), { code: 'SignatureDoesNotMatch' });
});

test('verifySignatureV2 covers sub-resources, response overrides and the headers that the URL carries', () => {
  const text =
    'PUT\n\ntext/plain\n100\nx-amz-acl:private\nx-amz-security-token:tok/en\n/b/k?response-content-type=a b&uploadId=x/y&uploads';
  const parameters = [
    'uploads',
    'uploadId=x%2Fy',
    'response-content-type=a%20b',
    'x-amz-security-token=tok%2Fen',
    'content-type=text%2Fplain',
    'other=1',
  ];
  const query = `${parameters.join('&')}&AWSAccessKeyId=A&Signature=${signed(text)}&Expires=100`;
  const request = { ...url('/b/k', query, { 'x-amz-acl': 'private' }), method: 'PUT' };
  verify(request, 1);
  const claim = readSignatureClaim(request, 's3');
  assert.equal(claim.sessionToken, 'tok/en');
  assert.throws(() => verify({ ...request, query: query.replace('uploadId=x', 'uploadId=z') }, 1), { code: 'SignatureDoesNotMatch' });
});

test('readSignatureClaim takes the older scheme for S3 only', () => {
  const request = url('/', 'AWSAccessKeyId=A&Signature=x&Expires=1');
  assert.throws(() => readSignatureClaim(request, 'restJson'), { code: 'MissingAuthenticationTokenException' });
});
