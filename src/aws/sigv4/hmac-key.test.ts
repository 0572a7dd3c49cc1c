import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { HmacKey } from './hmac-key.ts';

test('HmacKey.sign is HMAC-SHA256, whatever key and text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: 'binary', maxLength: 300 }), (key, text) => {
      assert.equal(new HmacKey(key).sign(text), createHmac('sha256', key).update(text).digest('hex'));
    }),
  );
});

test('HmacKey.sign takes texts beyond its scratch buffer, and remembers nothing of one for the next', () => {
  const key = new HmacKey(Buffer.from('k'));
  const long = 'ä€'.repeat(5000);
  const expected = (text: string): string => createHmac('sha256', 'k').update(text).digest('hex');
  for (const text of [long, 'short', '', 'x'.repeat(1344), 'x'.repeat(1345), long, 'short']) assert.equal(key.sign(text), expected(text));
});

test('HmacKey refuses a key longer than a block', () => {
  assert.throws(() => new HmacKey(Buffer.alloc(65)), RangeError);
});
