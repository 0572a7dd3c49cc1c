import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { preflightAnswer, shareWithOrigin } from './cross-origin.ts';
import { readHead, writeResponse } from './http-exchange.ts';

const ORIGIN = 'https://console.example.com';

test('a page of an origin that may call can ask first, and read the answer', async (context) => {
  const server = createServer((message, target) => {
    const head = readHead(message);
    shareWithOrigin(head, target);
    void writeResponse(preflightAnswer(head) ?? { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'answer' }, target);
  }).listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  const asked = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin: ORIGIN, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,x-amz-date' },
  });
  assert.equal(asked.status, 204);
  assert.equal(asked.headers.get('access-control-allow-origin'), ORIGIN);
  assert.equal(asked.headers.get('access-control-allow-headers'), 'authorization,x-amz-date');
  assert.match(asked.headers.get('access-control-allow-methods') ?? '', /\bPOST\b/);

  const called = await fetch(url, { headers: { origin: ORIGIN } });
  assert.equal(await called.text(), 'answer');
  assert.equal(called.headers.get('access-control-allow-origin'), ORIGIN);
  assert.equal(called.headers.get('vary'), 'Origin');
  assert.match(called.headers.get('access-control-expose-headers') ?? '', /X-Amz-Function-Error/);

  const plain = await fetch(url);
  assert.equal(plain.headers.get('access-control-allow-origin'), null);
  const options = await fetch(url, { method: 'OPTIONS' });
  assert.equal(options.status, 200);
});
