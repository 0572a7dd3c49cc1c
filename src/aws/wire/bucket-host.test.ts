import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketOfHost, isS3Host, regionOfS3Host } from './bucket-host.ts';

test('bucketOfHost reads the known forms of virtual hosts, and no others', () => {
  const cases: readonly (readonly [host: string, bucket: string | undefined])[] = [
    ['bucket.s3.localhost:4566', 'bucket'],
    ['bucket.s3.eu-west-1.localhost:4566', 'bucket'],
    ['My.bucket.s3.localhost', 'my.bucket'],
    ['bucket.s3.localhost.localstack.cloud:4566', 'bucket'],
    ['bucket.s3.us-gov-west-1.amazonaws.com', 'bucket'],
    ['bucket.localhost:4566', 'bucket'],
    ['s3.localhost:4566', undefined],
    ['s3.eu-west-1.localhost', undefined],
    ['localhost:4566', undefined],
    ['127.0.0.1:4566', undefined],
    ['[::1]:4566', undefined],
    ['bucket.example.com', undefined],
    ['bucket.s3.example.com', undefined],
    ['bucket.s3.localhost.evil.com', undefined],
  ];
  for (const [host, bucket] of cases) assert.equal(bucketOfHost(host), bucket, host);
});

test('isS3Host and regionOfS3Host look at the same names', () => {
  for (const host of ['s3.localhost', 'bkt.s3.localhost', 'bkt.s3.eu-west-1.localhost.localstack.cloud']) assert.ok(isS3Host(host), host);
  for (const host of ['bucket.localhost', 'bkt.s3.evil.com', 's3.localhost.localstack.cloud.evil.com', 'localhost.localstack.cloud'])
    assert.ok(!isS3Host(host), host);
  assert.equal(regionOfS3Host('bkt.s3.eu-west-1.localhost'), 'eu-west-1');
  assert.equal(regionOfS3Host('s3.localhost'), undefined);
});
