import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalHeaders, canonicalPath, canonicalQuery } from './canonical-request.ts';

test('canonicalPath encodes an encoded path once more, and normalises it', () => {
  const path = (text: string): string => canonicalPath(text, 'lambda');
  assert.equal(path('/2015-03-31/functions/arn%3Aaws%3Alambda/invocations'), '/2015-03-31/functions/arn%253Aaws%253Alambda/invocations');
  assert.equal(path('/a//b/./c/../d/'), '/a/b/d/');
  assert.equal(path('/..'), '/');
  assert.equal(path(''), '/');
  assert.equal(path('/.hidden/...'), '/.hidden/...');
  assert.equal(path("/a(b)!*'"), '/a%28b%29%21%2A%27');
});

test('canonicalPath leaves the path of S3 as it is, but for how it is encoded', () => {
  const path = (text: string): string => canonicalPath(text, 's3');
  assert.equal(path('/bucket//a/../b'), '/bucket//a/../b');
  assert.equal(path('/bucket/a%3ab%7E(c)+ä'), '/bucket/a%3Ab~%28c%29%2B%C3%A4');
});

test('canonicalQuery sorts by name before value and encodes one way', () => {
  assert.equal(canonicalQuery('b=2&a=1'), 'a=1&b=2');
  assert.equal(canonicalQuery('a-b=1&a=2&a=1'), 'a=1&a=2&a-b=1');
  assert.equal(canonicalQuery('acl'), 'acl=');
  assert.equal(canonicalQuery('a=&&b'), 'a=&b=');
  assert.equal(canonicalQuery('a=b=c'), 'a=b%3Dc');
  assert.equal(
    canonicalQuery('a=x+y&b=%2b&c=%e1%88%b4&d=ሴ😀&e=%zz&f=%7e'),
    'a=x%20y&b=%2B&c=%E1%88%B4&d=%E1%88%B4%F0%9F%98%80&e=%25zz&f=~',
  );
  assert.equal(canonicalQuery('X-Amz-Signature=1&X-Amz-Date=2', 'X-Amz-Signature'), 'X-Amz-Date=2');
});

test('canonicalHeaders trims and folds values, and counts an absent header as empty', () => {
  const headers = { host: 'h', a: '  x \t y\r\n z ' };
  assert.equal(canonicalHeaders(headers, ['a', 'b', 'host']), 'a:x y z\nb:\nhost:h\n');
  assert.equal(canonicalHeaders(headers, [':authority']), ':authority:h\n');
  assert.equal(canonicalHeaders(headers, ['constructor', '__proto__']), 'constructor:\n__proto__:\n');
});
