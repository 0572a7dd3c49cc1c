import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { Signer } from './signer.ts';

/** One signed request over a connection of its own; resolves to the whole answer. What it costs its client is next to nothing. */
export function rawCall(port: number, call: { readonly method: string; readonly path: string; readonly body: string }): Promise<RawAnswer> {
  const signer = new Signer({ date: new Date(), service: 'lambda' });
  const request = signer.request(call.method, call.path, `127.0.0.1:${port}`, call.body, randomUUID());
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let startMs = 0;
    let text = '';
    socket.once('error', reject);
    socket.once('connect', () => {
      startMs = performance.now();
      socket.write(request);
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < end + 4 + length) return;
      resolve({ elapsedMs: performance.now() - startMs, head: text.slice(0, end), body: text.slice(end + 4) });
      socket.destroy();
    });
  });
}

export interface RawAnswer {
  /** From the first byte sent to the last one received. */
  readonly elapsedMs: number;
  readonly head: string;
  readonly body: string;
}
