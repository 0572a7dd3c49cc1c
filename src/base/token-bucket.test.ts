import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TokenBucket } from './token-bucket.ts';

function takeAll(bucket: TokenBucket, nowMs: number): number {
  let taken = 0;
  while (bucket.tryTake(nowMs)) taken += 1;
  return taken;
}

suite('TokenBucket', () => {
  test('starts full, and refills evenly', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 20, nowMs: 500 });
    assert.equal(takeAll(bucket, 500), 20);
    assert.equal(takeAll(bucket, 599), 0);
    assert.equal(takeAll(bucket, 600), 1);
    assert.equal(takeAll(bucket, 1600), 10);
  });

  test('keeps no more than its burst', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 20, nowMs: 0 });
    assert.equal(takeAll(bucket, 60_000), 20);
  });

  test('resize adds what the bucket has more, and takes what it has less', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 10, nowMs: 0 });
    for (let count = 0; count < 4; count++) bucket.tryTake(0);
    bucket.resize({ perSecond: 20, burst: 20, nowMs: 0 });
    assert.equal(takeAll(bucket, 0), 16);
    assert.equal(takeAll(bucket, 100), 2);
    bucket.resize({ perSecond: 0, burst: 0, nowMs: 100 });
    assert.equal(takeAll(bucket, 10_000), 0);
  });
});
