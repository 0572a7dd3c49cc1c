import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { silentLogger } from '#base/logger.ts';
import { listenOnLoopback } from '#sandboxes/libc.ts';
import type { RequestOrigin } from './authenticate.ts';
import { Listeners } from './listeners.ts';

type Handle = (message: IncomingMessage, target: ServerResponse, origin: RequestOrigin) => Promise<void>;

const tellOrigin: Handle = (_message, target, origin) => {
  target.end(JSON.stringify(origin));
  return Promise.resolve();
};

interface Harness {
  readonly listeners: Listeners;
  readonly clock: ManualClock;
  /** Messages of the platform's own log. */
  readonly warned: string[];
}

function harness(handle: Handle): Harness {
  const clock = new ManualClock();
  const warned: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warned.push(message) };
  return { listeners: new Listeners({ handle }, { clock, logger }), clock, warned };
}

/** The answer's body; an agent keeps its connection. */
async function get(port: number, agent: Agent): Promise<string> {
  const [response] = (await once(request({ host: '127.0.0.1', port, agent }).end(), 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += (chunk as Buffer).toString('utf8');
  return text;
}

function keepAlive(context: TestContext): Agent {
  const agent = new Agent({ keepAlive: true });
  context.after(() => agent.destroy());
  return agent;
}

suite('Listeners', () => {
  test('tell by which way a request came in', async (context) => {
    const { listeners } = harness(tellOrigin);
    const agent = keepAlive(context);
    const outer = await listeners.listen('127.0.0.1', 0);
    const [first, second] = [listenOnLoopback(0), listenOnLoopback(0)];
    listeners.attach(first.fd, 'e1');
    listeners.attach(second.fd, 'e2');
    assert.equal(await get(outer, agent), '{"kind":"outer"}');
    assert.equal(await get(first.port, agent), '{"kind":"environment","environmentId":"e1"}');
    assert.equal(await get(second.port, agent), '{"kind":"environment","environmentId":"e2"}');
    await listeners.close(1000);
  });

  test('listen rejects when the port is taken', async () => {
    const { listeners } = harness(tellOrigin);
    const port = await listeners.listen('127.0.0.1', 0);
    await assert.rejects(harness(tellOrigin).listeners.listen('127.0.0.1', port), { code: 'EADDRINUSE' });
    await listeners.close(1000);
  });

  test("an environment's endpoint ends with it, connections included; the others stay", async (context) => {
    const { listeners } = harness(tellOrigin);
    const agent = keepAlive(context);
    const [first, second] = [listenOnLoopback(0), listenOnLoopback(0)];
    const endpoint = listeners.attach(first.fd, 'e1');
    listeners.attach(second.fd, 'e2');
    await get(first.port, agent);
    endpoint.close();
    endpoint.close();
    await assert.rejects(get(first.port, agent));
    assert.match(await get(second.port, agent), /"e2"/);
    await listeners.listen('127.0.0.1', 0);
    await listeners.close(1000);
    await assert.rejects(get(second.port, agent));
  });
});

suite('Listeners: limits', () => {
  test('an environment has 64 connections at most, whoever has one is served', async () => {
    const { listeners } = harness(tellOrigin);
    const { fd, port } = listenOnLoopback(0);
    listeners.attach(fd, 'e1');
    const sockets = Array.from({ length: 64 }, () => connect(port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const beyond = connect(port, '127.0.0.1');
    beyond.on('error', () => {});
    await once(beyond, 'close');
    const [first] = sockets;
    first?.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    assert.match(String(await once(first ?? assert.fail(), 'data')), /"environmentId":"e1"/);
    for (const socket of sockets) socket.destroy();
    await listeners.listen('127.0.0.1', 0);
    await listeners.close(1000);
  });

  test('what goes wrong in a listener is logged, and the others are served on', async (context) => {
    const failOuter: Handle = (message, target) => {
      (message.socket as Socket & { readonly server: Server }).server.emit('error', new Error('accept EMFILE'));
      target.end('served');
      return Promise.resolve();
    };
    const { listeners, warned } = harness(failOuter);
    const port = await listeners.listen('127.0.0.1', 0);
    assert.equal(await get(port, keepAlive(context)), 'served');
    assert.deepEqual(warned, ['a connection could not be accepted']);
    const file = openSync('/dev/null', 'r');
    const endpoint = listeners.attach(file, 'e1');
    assert.equal(await get(port, keepAlive(context)), 'served');
    assert.equal(warned.length, 3);
    endpoint.close();
    closeSync(file);
    await listeners.close(1000);
  });
});

suite('Listeners: bodies that do not arrive', () => {
  interface Sending extends Harness {
    readonly socket: Socket;
    /** Sends a piece of the body and waits until it is there. */
    readonly send: (piece: string) => Promise<void>;
  }

  /** A client in the middle of its body, by the way of an environment. */
  async function sending(context: TestContext, framing: string): Promise<Sending> {
    const arrived = Promise.withResolvers<IncomingMessage>();
    const parts = harness((message, target) => {
      message.on('error', () => {});
      message.on('end', () => target.end('whole'));
      arrived.resolve(message);
      return Promise.resolve();
    });
    const { fd, port } = listenOnLoopback(0);
    const endpoint = parts.listeners.attach(fd, 'e1');
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    context.after(() => {
      socket.destroy();
      endpoint.close();
    });
    socket.write(`POST / HTTP/1.1\r\nHost: h\r\n${framing}\r\n\r\n`);
    const message = await arrived.promise;
    const send = async (piece: string): Promise<void> => {
      socket.write(piece);
      await once(message, 'data');
    };
    return { ...parts, socket, send };
  }

  test('a large one that stands still for a minute loses its connection', async (context) => {
    const { clock, socket, send } = await sending(context, 'Content-Length: 100000');
    await send('abc');
    clock.advance(5000);
    clock.advance(55_000);
    await send('def');
    clock.advance(5000);
    clock.advance(55_000);
    await send('ghi');
    const closed = once(socket, 'close');
    clock.advance(65_000);
    await closed;
  });

  test('one without a length that trickles in loses it after five minutes', async (context) => {
    const { clock, socket, send } = await sending(context, 'Transfer-Encoding: chunked');
    for (let seconds = 0; seconds < 290; seconds += 10) {
      await send('1\r\nx\r\n');
      clock.advance(10_000);
    }
    await send('1\r\nx\r\n');
    const closed = once(socket, 'close');
    clock.advance(10_000);
    await closed;
  });

  test('one of several gigabytes may take the time that it needs', async (context) => {
    const { clock, socket, send } = await sending(context, 'Content-Length: 1000000000');
    for (let seconds = 0; seconds < 3990; seconds += 30) {
      await send('x');
      clock.advance(30_000);
    }
    assert.equal(socket.destroyed, false);
    const closed = once(socket, 'close');
    clock.advance(30_000);
    await closed;
  });

  test('one whose sender waits for leave is asked for by the gateway, not before', async (context) => {
    const { listeners } = harness((_message, target) => {
      target.setHeader('Connection', 'close');
      target.end('not now');
      return Promise.resolve();
    });
    const { fd, port } = listenOnLoopback(0);
    const endpoint = listeners.attach(fd, 'e1');
    const sent = request({
      host: '127.0.0.1',
      port,
      method: 'PUT',
      agent: false,
      headers: { expect: '100-continue', 'content-length': 5 },
    });
    context.after(() => {
      sent.destroy();
      endpoint.close();
    });
    sent.on('continue', () => assert.fail('nobody asked'));
    sent.flushHeaders();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 200);
  });

  test('one that has arrived is watched no more, however long its answer takes', async (context) => {
    const { clock, socket, send } = await sending(context, 'Content-Length: 70000');
    await send('x'.repeat(69_999));
    socket.write('x');
    assert.match(String(await once(socket, 'data')), /whole/);
    clock.advance(1_000_000);
    socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n');
    clock.advance(1_000_000);
    assert.equal(socket.destroyed, false);
  });
});

suite('Listeners.close', () => {
  /** Requests wait until they are let go. */
  function held(): { readonly handle: Handle; readonly arrived: Promise<void>; readonly letGo: () => void } {
    const arrived = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const handle: Handle = async (_message, target) => {
      arrived.resolve();
      await gate.promise;
      target.end('done');
    };
    return { handle, arrived: arrived.promise, letGo: gate.resolve };
  }

  test('closes idle connections at once and takes no new ones', async (context) => {
    const { listeners } = harness(tellOrigin);
    const agent = keepAlive(context);
    const port = await listeners.listen('127.0.0.1', 0);
    await get(port, agent);
    await listeners.close(1_000_000);
    await assert.rejects(get(port, keepAlive(context)), { code: 'ECONNREFUSED' });
  });

  test('waits for the answer of what runs, and for nothing after it', async (context) => {
    const { handle, arrived, letGo } = held();
    const { listeners, clock } = harness(handle);
    const port = await listeners.listen('127.0.0.1', 0);
    const answer = get(port, keepAlive(context));
    await arrived;
    let closed = false;
    const closing = listeners.close(10_000).then(() => (closed = true));
    clock.advance(9000);
    letGo();
    assert.equal(await answer, 'done');
    assert.equal(closed, false);
    // The client keeps its connection for another request: a sweep, not the end of the grace, closes it.
    clock.advance(20);
    await closing;
  });

  test('cuts off what is not done after the grace', async (context) => {
    const { handle, arrived } = held();
    const { listeners, clock } = harness(handle);
    const port = await listeners.listen('127.0.0.1', 0);
    const answer = assert.rejects(get(port, keepAlive(context)), { code: 'ECONNRESET' });
    await arrived;
    const closing = listeners.close(1000);
    clock.advance(1000);
    await closing;
    await answer;
  });
});
