import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { telemetryDelivery } from './telemetry-delivery.ts';

/** A sandbox in which the server listens on whatever port is asked for. */
async function around(context: TestContext, server: Server): Promise<{ connect(port: number): Promise<Socket>; readonly asked: number[] }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const asked: number[] = [];
  return {
    asked,
    async connect(port) {
      asked.push(port);
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    },
  };
}

suite('telemetryDelivery', () => {
  test('HTTP: a batch is a JSON array; whatever the answer, it has arrived', async (context) => {
    const seen: unknown[] = [];
    const server = createHttpServer((request, response) => {
      const take = async (): Promise<void> => {
        seen.push([request.method, request.url, request.headers.host, request.headers['content-type'], await text(request)]);
        response.writeHead(500).end();
      };
      void take();
    });
    const sandbox = await around(context, server);
    const delivery = telemetryDelivery(sandbox, { protocol: 'HTTP', port: 4000, path: '/in', method: 'PUT' });
    await delivery.deliver(['{"a":1}', '{"b":2}']);
    assert.deepEqual(seen, [['PUT', '/in', 'sandbox.localdomain:4000', 'application/json', '[{"a":1},{"b":2}]']]);
    assert.deepEqual(sandbox.asked, [4000]);
  });

  test('HTTP: a listener that hangs up has not got it, and nothing is sent after the end', async (context) => {
    const sandbox = await around(
      context,
      createServer((socket) => socket.destroy()),
    );
    const delivery = telemetryDelivery(sandbox, { protocol: 'HTTP', port: 1, path: '/', method: 'POST' });
    await assert.rejects(delivery.deliver(['{}']));
    delivery.close();
    await assert.rejects(delivery.deliver(['{}']), { name: 'AbortError' });
  });

  test('TCP: a record is a line; one connection serves all batches until it breaks', async (context) => {
    const sockets: Socket[] = [];
    let received = '';
    const sandbox = await around(
      context,
      createServer((socket) => {
        sockets.push(socket);
        socket.on('data', (chunk: Buffer) => (received += chunk.toString('utf8')));
      }),
    );
    const delivery = telemetryDelivery(sandbox, { protocol: 'TCP', port: 7 });
    const arrived = async (length: number): Promise<void> => {
      while (received.length < length) await new Promise((resolve) => setImmediate(resolve));
    };
    await delivery.deliver(['1', '2']);
    await delivery.deliver(['3']);
    await arrived(6);
    assert.deepEqual([received, sandbox.asked], ['1\n2\n3\n', [7]]);
    sockets[0]?.destroy();
    // The break is noticed in time, or by the write that fails.
    while (sandbox.asked.length < 2) {
      await delivery.deliver(['4']).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await arrived(8);
    delivery.close();
  });
});
