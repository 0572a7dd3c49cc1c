import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeClientContext } from './client-context.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64');

test('decodeClientContext gives the JSON on one line', () => {
  assert.equal(decodeClientContext(encode('{ "custom": {\n "a": [1] } }')), '{"custom":{"a":[1]}}');
  assert.equal(decodeClientContext(undefined), undefined);
  assert.equal(decodeClientContext(''), undefined);
});

test('decodeClientContext gives what may stand in a header, whatever the characters', () => {
  const context = { text: 'grün 日本 😀 \u007f\u0000\u2028\n' };
  const decoded = decodeClientContext(encode(JSON.stringify(context))) ?? '';
  assert.match(decoded, /^[\x20-\x7e]+$/);
  assert.deepEqual(JSON.parse(decoded), context);
});

test('decodeClientContext refuses what is no JSON object, and what is too long', () => {
  for (const text of ['{', '1', 'null', '[]', '"text"'])
    assert.throws(() => decodeClientContext(encode(text)), { code: 'InvalidRequestContentException', status: 400 }, text);
  const longest = encode(JSON.stringify({ a: 'x'.repeat(2677) }));
  assert.equal(longest.length, 3580);
  assert.ok(decodeClientContext(longest));
  assert.throws(() => decodeClientContext(`${longest}AAAA`), {
    code: 'InvalidRequestContentException',
    message: 'Client context must be at most 3583 bytes of Base64-encoded data.',
  });
});
