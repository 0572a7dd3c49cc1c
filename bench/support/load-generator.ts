/**
 * The client of every throughput figure, in a process of its own: a fixed number of requests, signed before the clock starts, over
 * `concurrency` keep-alive sockets, each waiting for its answer (and thinking, when asked to) before the next.
 *
 *     node load-generator.ts '{"port":4566,"path":"/…","requests":20000,"concurrency":8}'
 *
 * Prints one JSON line: requests per second, latencies in milliseconds, the generator's own CPU in microseconds per request.
 */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { quantile } from './statistics.ts';
import { Signer } from './signer.ts';

interface Load {
  readonly port: number;
  readonly path: string;
  readonly requests: number;
  readonly concurrency: number;
  readonly thinkMs?: number;
}

const load = JSON.parse(process.argv[2] ?? '{}') as Load;
const signer = new Signer({ date: new Date(), service: 'lambda' });
const pending: Buffer[] = [];
for (let index = 0; index < load.requests; index++) {
  pending.push(signer.request('POST', load.path, `127.0.0.1:${load.port}`, JSON.stringify({ n: index }), randomUUID()));
}

const latencies: number[] = [];
let failures = 0;
let firstFailure = '';

/** One connection; resolves when no request is left. */
function client(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true });
    let received = '';
    let expected = -1;
    let sentMs = 0;
    const next = (): void => {
      const request = pending.pop();
      if (request === undefined) {
        socket.destroy();
        resolve();
        return;
      }
      received = '';
      expected = -1;
      sentMs = performance.now();
      socket.write(request);
    };
    socket.on('connect', next);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (expected < 0) {
        const end = received.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = /content-length: (\d+)/i.exec(received)?.[1];
        expected = end + 4 + Number(length ?? 0);
      }
      if (received.length < expected) return;
      latencies.push(performance.now() - sentMs);
      if (!received.startsWith('HTTP/1.1 200') || /x-amz-function-error/i.test(received)) {
        failures += 1;
        if (firstFailure === '') firstFailure = received.slice(0, 500);
      }
      if (load.thinkMs === undefined) next();
      else setTimeout(next, load.thinkMs);
    });
  });
}

const cpuBefore = process.cpuUsage();
const startMs = performance.now();
await Promise.all(Array.from({ length: load.concurrency }, client));
const elapsedMs = performance.now() - startMs;
const cpu = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({
    perSecond: (load.requests / elapsedMs) * 1000,
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    clientCpuUs: (cpu.user + cpu.system) / load.requests,
    failures,
    firstFailure,
  }),
);
