import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { urlResponse } from './url-response.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };

function answer(result: unknown): ReturnType<typeof urlResponse> {
  return urlResponse(Buffer.from(typeof result === 'string' ? result : JSON.stringify(result)));
}

suite('urlResponse: a result without statusCode', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{"hello": "wo rld", "n": 1.0, "big": 12345678901234567890}', '{"hello":"wo rld","n":1.0,"big":12345678901234567890}'],
    ['{"body": "b", "headers": {"x": "y"}}', '{"body":"b","headers":{"x":"y"}}'],
    ['["a \\" b", 3, true]', '["a \\" b",3,true]'],
    ['"hi"', 'hi'],
    ['3.1', '3.1'],
    ['null', 'null'],
    ['no json at all', 'no json at all'],
    ['', ''],
  ];
  for (const [result, body] of cases) {
    test(`${result || 'nothing'} is the body of a 200`, () => assert.deepEqual(answer(result), { status: 200, headers: JSON_TYPE, body }));
  }
});

suite('urlResponse: a result with statusCode', () => {
  test('status, headers, cookies and body are as stated', () => {
    const result = { statusCode: 201, headers: { 'X-A': 'b', 'x-n': 1, 'x-t': true }, cookies: ['a=1; Path=/', 'b=2'], body: 'text' };
    assert.deepEqual(answer(result), {
      status: 201,
      headers: { ...JSON_TYPE, 'X-A': 'b', 'x-n': '1', 'x-t': 'true' },
      cookies: ['a=1; Path=/', 'b=2'],
      body: 'text',
    });
  });

  test('only the status is needed', () => {
    assert.deepEqual(answer({ statusCode: 404 }), { status: 404, headers: JSON_TYPE, cookies: [], body: '' });
    assert.deepEqual(answer({ statusCode: '204', headers: null, cookies: null, body: null }).status, 204);
  });

  test('a type of the function’s own takes the place of JSON', () => {
    assert.deepEqual(answer({ statusCode: 200, headers: { 'content-TYPE': 'text/html' } }).headers, { 'content-TYPE': 'text/html' });
  });

  test('a cookie among the headers is one of the cookies', () => {
    const { headers, cookies } = answer({ statusCode: 200, headers: { 'Set-Cookie': 'a=1', 'set-cookie': 'b=2' }, cookies: ['c=3'] });
    assert.deepEqual([headers, cookies], [JSON_TYPE, ['a=1', 'b=2', 'c=3']]);
  });

  test('what the connection needs, and what names the request, is not the function’s to say', () => {
    const headers = { 'Content-Length': '99', connection: 'close', 'Transfer-Encoding': 'chunked', 'X-Amzn-RequestId': 'x' };
    assert.deepEqual(answer({ statusCode: 200, headers, body: 'x' }).headers, JSON_TYPE);
  });

  test('a body in base64 is decoded, one that is no text is written as JSON', () => {
    const bytes = Buffer.from([0, 255, 128]);
    assert.deepEqual(answer({ statusCode: 200, body: bytes.toString('base64'), isBase64Encoded: true }).body, bytes);
    assert.equal(answer({ statusCode: 200, body: 'AP+A', isBase64Encoded: false }).body, 'AP+A');
    assert.equal(answer({ statusCode: 200, body: { a: 1 } }).body, '{"a":1}');
  });

  const invalid: readonly unknown[] = [
    { statusCode: 'ok' },
    { statusCode: 99 },
    { statusCode: 101 },
    { statusCode: 600 },
    { statusCode: 200.5 },
    { statusCode: null },
    { statusCode: 200, headers: 'x' },
    { statusCode: 200, headers: ['x'] },
    { statusCode: 200, headers: { x: ['a'] } },
    { statusCode: 200, headers: { 'a b': 'x' } },
    { statusCode: 200, headers: { a: 'x\r\nSet-Cookie: y' } },
    { statusCode: 200, headers: { a: '☃' } },
    { statusCode: 200, cookies: 'a=1' },
    { statusCode: 200, cookies: [{}] },
    { statusCode: 200, cookies: ['a\n=1'] },
    { statusCode: 200, body: '*', isBase64Encoded: true },
  ];
  for (const result of invalid) {
    test(`${JSON.stringify(result)} is no response: 502`, () =>
      assert.deepEqual(answer(result), { status: 502, headers: JSON_TYPE, body: 'Internal Server Error' }));
  }
});
