import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { BodyBudget } from './body-budget.ts';
import { announcesLargeBody, ClientGone, readBody, readHead, writeResponse } from './http-exchange.ts';
import type { BodyRefusal } from './http-exchange.ts';

/** A server that does this with each request; its port. */
async function serve(context: TestContext, handle: (message: IncomingMessage, target: ServerResponse) => void): Promise<number> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends bytes as they are; resolves to all that comes back. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(bytes);
  let text = '';
  for await (const chunk of socket) text += (chunk as Buffer).toString('latin1');
  return text;
}

suite('readHead', () => {
  test('takes method, path, query and headers as they came', async (context) => {
    const heads: unknown[] = [];
    const port = await serve(context, (message, target) => {
      heads.push(readHead(message));
      target.end();
    });
    const rest = 'Host: h\r\nX-Two: a\r\nX-Two: b\r\nSet-Cookie: c=d\r\nConnection: close\r\n\r\n';
    await exchange(port, `DELETE /a%2Fb/?q=%20&r?s HTTP/1.1\r\n${rest}`);
    await exchange(port, `GET /plain HTTP/1.1\r\n${rest}`);
    const headers = { host: 'h', 'x-two': 'a, b', connection: 'close' };
    assert.deepEqual(heads, [
      { method: 'DELETE', path: '/a%2Fb/', query: 'q=%20&r?s', headers },
      { method: 'GET', path: '/plain', query: '', headers },
    ]);
  });
});

suite('readBody', () => {
  /** The body's text, or why it was refused. */
  async function bodyOf(context: TestContext, bytes: string, maxBytes: number, budget = new BodyBudget()): Promise<string> {
    const read = Promise.withResolvers<Buffer | BodyRefusal>();
    const port = await serve(context, (message, target) => {
      read.resolve(readBody(message, maxBytes, budget.lease()));
      void read.promise.then(() => target.end());
    });
    await exchange(port, `POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${bytes}`);
    const body = await read.promise;
    return typeof body === 'string' ? body : body.toString('utf8');
  }

  test('is whole, in one piece or in many, or empty', async (context) => {
    assert.equal(await bodyOf(context, 'Content-Length: 3\r\n\r\nabc', 3), 'abc');
    assert.equal(await bodyOf(context, 'Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n', 3), 'abc');
    assert.equal(await bodyOf(context, '\r\n', 3), '');
  });

  test('is refused over the bound, once all of it has come', async (context) => {
    assert.equal(await bodyOf(context, 'Content-Length: 4\r\n\r\nabcd', 3), 'too-large');
    assert.equal(await bodyOf(context, 'Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n', 3), 'too-large');
  });

  test('is refused when there is no room for it, and then holds none', async (context) => {
    const budget = new BodyBudget(100_000);
    const body = 'x'.repeat(100_001);
    assert.equal(await bodyOf(context, `Content-Length: ${body.length}\r\n\r\n${body}`, 1_000_000, budget), 'no-room');
    assert.equal(budget.heldBytes, 0);
    assert.equal(await bodyOf(context, `Content-Length: ${body.length - 1}\r\n\r\n${body.slice(1)}`, 1_000_000, budget), body.slice(1));
    assert.equal(budget.heldBytes, 100_000);
  });

  test('rejects with ClientGone when the client leaves in the middle', async (context) => {
    const arrived = Promise.withResolvers<void>();
    const rejected = Promise.withResolvers<void>();
    const port = await serve(context, (message) => {
      rejected.resolve(assert.rejects(readBody(message, 100), ClientGone));
      message.once('data', () => arrived.resolve());
    });
    const sent = request({ host: '127.0.0.1', port, method: 'POST', headers: { 'Content-Length': '10' } });
    sent.on('error', () => {});
    sent.write('abc');
    await arrived.promise;
    sent.destroy();
    await rejected.promise;
  });
});

test('announcesLargeBody tells by the length, and believes the worst of a body without one', () => {
  assert.equal(announcesLargeBody({}), false);
  assert.equal(announcesLargeBody({ 'content-length': '65536' }), false);
  assert.equal(announcesLargeBody({ 'content-length': '65537' }), true);
  assert.equal(announcesLargeBody({ 'transfer-encoding': 'chunked' }), true);
});

suite('writeResponse', () => {
  async function answerOf(context: TestContext, response: Parameters<typeof writeResponse>[0]): Promise<string> {
    const port = await serve(context, (_message, target) => {
      target.sendDate = false;
      void writeResponse(response, target);
    });
    return exchange(port, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  }

  test('gives text and bytes their length in bytes', async (context) => {
    for (const body of ['ü', Buffer.from('ü')])
      assert.equal(
        await answerOf(context, { status: 200, headers: { 'X-A': 'b' }, body }),
        'HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\nConnection: close\r\n\r\n\u00c3\u00bc',
      );
  });

  test('leaves a length alone that is there', async (context) => {
    const answer = await answerOf(context, { status: 200, headers: { 'content-length': '1' }, body: 'a' });
    assert.equal(answer.match(/content-length/gi)?.length, 1);
  });

  test('sends what is Latin-1 beside the length of bytes', async (context) => {
    const headers = { 'Content-Length': '1', 'Content-Disposition': 'attachment; filename="\u00e9.txt"' };
    for (const body of [Buffer.from('a'), Readable.from([Buffer.from('a')])])
      assert.match(
        await answerOf(context, { status: 200, headers, body }),
        /filename="\u00e9\.txt"\r\nContent-Length: 1\r\n[^]*\r\n\r\na$/,
      );
  });

  test('a 204 has no length', async (context) => {
    assert.doesNotMatch(await answerOf(context, { status: 204, headers: {}, body: '' }), /content-length|transfer-encoding/i);
  });

  test('streams an iterable', async (context) => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one');
      yield await Promise.resolve(Buffer.from('two'));
    }
    assert.match(
      await answerOf(context, { status: 201, headers: {}, body: pieces() }),
      /^HTTP\/1\.1 201 Created\r\n[^]*Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n$/,
    );
  });

  test('a client that leaves ends the iterable', async (context) => {
    const ended = Promise.withResolvers<void>();
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(Buffer.alloc(65_536));
      } finally {
        ended.resolve();
      }
    }
    const written = Promise.withResolvers<unknown>();
    const port = await serve(context, (_message, target) =>
      written.resolve(assert.rejects(writeResponse({ status: 200, headers: {}, body: endless() }, target))),
    );
    const sent = request({ host: '127.0.0.1', port }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await once(response, 'data');
    response.on('error', () => {});
    response.destroy();
    await written.promise;
    await ended.promise;
  });
});
