import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { status } from './status.ts';

async function run(t: TestContext, listener: RequestListener) {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, ...(await runAt(endpoint)) };
}

async function runAt(endpoint: string) {
  const written = { out: '', err: '' };
  const code = await status(endpoint, {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
  });
  return { code, written };
}

suite('status', () => {
  test('prints one line per value of the health document', async (t) => {
    const { code, written, endpoint } = await run(t, (request, response) => {
      assert.equal(request.url, '/_hearth/health');
      response.end(JSON.stringify({ version: '0.1.0', services: { lambda: 'running' }, warnings: ['low'] }));
    });
    assert.equal(code, 0);
    assert.equal(written.out, `endpoint         ${endpoint}\nversion          0.1.0\nservices.lambda  running\nwarnings.0       low\n`);
  });

  test('another answer than 200 is a failure', async (t) => {
    const { code, written, endpoint } = await run(t, (_request, response) => {
      response.writeHead(403).end('no');
    });
    assert.equal(code, 1);
    assert.equal(written.err, `hearth: ${endpoint}/_hearth/health answered 403\n`);
  });

  test('nobody listening is one line that says what to do', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await once(server.close(), 'close');
    const { code, written } = await runAt(endpoint);
    assert.equal(code, 1);
    assert.equal(written.err, `hearth: nothing listens at ${endpoint}: start the daemon with 'hearth start', or set AWS_ENDPOINT_URL\n`);
  });
});
