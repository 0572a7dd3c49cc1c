import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionUrlAddress, urlHost } from './function-url-address.ts';

test('functionUrlAddress reads virtual hosts and the path form', () => {
  const cases: readonly (readonly [string, string, ReturnType<typeof functionUrlAddress>])[] = [
    ['abc.lambda-url.us-east-1.localhost:4566', '/a%20b', { id: 'abc', path: '/a%20b' }],
    ['ABC.lambda-url.us-east-1.localhost', '/', { id: 'abc', path: '/' }],
    ['my-shop_1.lambda-url.eu-west-1.hearth.example', '/_hearth/health', { id: 'my-shop_1', path: '/_hearth/health' }],
    ['abc.lambda-url.us-east-1.localhost', '/_hearth/lambda-url/def/x', { id: 'abc', path: '/_hearth/lambda-url/def/x' }],
    ['abc.lambda-url.us-east-1.localhost', '*', { id: 'abc', path: '/' }],
    ['127.0.0.1:4566', '/_hearth/lambda-url/abc', { id: 'abc', path: '/' }],
    ['127.0.0.1:4566', '/_hearth/lambda-url/Abc/', { id: 'abc', path: '/' }],
    ['127.0.0.1:4566', '/_hearth/lambda-url/abc//x/y', { id: 'abc', path: '//x/y' }],
    ['127.0.0.1:4566', '/_hearth/lambda-urls/abc', undefined],
    ['lambda-url.us-east-1.localhost', '/', undefined],
    ['a.b.lambda-url.us-east-1.localhost', '/', undefined],
    ['localhost:4566', '/2015-03-31/functions', undefined],
  ];
  for (const [host, path, expected] of cases) assert.deepEqual(functionUrlAddress({ path, headers: { host } }), expected, `${host}${path}`);
  assert.equal(functionUrlAddress({ path: '/', headers: {} }), undefined);
});

test('urlHost gives the name below which a URL stands', () => {
  assert.equal(urlHost('abc.lambda-url.us-east-1.Hearth.Example.:80')?.parent, 'hearth.example');
  assert.equal(urlHost('abc.lambda-url.us-east-1.:80'), undefined);
  assert.equal(urlHost('localhost'), undefined);
});
