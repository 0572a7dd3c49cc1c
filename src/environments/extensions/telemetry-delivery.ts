import type { Socket } from 'node:net';
import { request } from '#base/node-http.ts';
import type { Sandbox } from '#sandboxes/sandbox.ts';
import type { TelemetryDestination } from '#telemetry/telemetry-subscription.ts';
import type { TelemetryDelivery } from '#telemetry/telemetry-stream.ts';

/** Takes batches to a listener inside the sandbox. */
export function telemetryDelivery(sandbox: Pick<Sandbox, 'connect'>, destination: TelemetryDestination): TelemetryDelivery {
  return destination.protocol === 'HTTP' ? new HttpDelivery(sandbox, destination) : new TcpDelivery(sandbox, destination.port);
}

/** A batch is the JSON array of a request's body. Whatever the listener answers, it has the batch. */
class HttpDelivery implements TelemetryDelivery {
  readonly #sandbox: Pick<Sandbox, 'connect'>;
  readonly #destination: TelemetryDestination & { readonly protocol: 'HTTP' };
  readonly #closing = new AbortController();

  constructor(sandbox: Pick<Sandbox, 'connect'>, destination: TelemetryDestination & { readonly protocol: 'HTTP' }) {
    this.#sandbox = sandbox;
    this.#destination = destination;
  }

  async deliver(lines: readonly string[]): Promise<void> {
    const { port, path, method } = this.#destination;
    const socket = await this.#sandbox.connect(port);
    const body = Buffer.from(`[${lines.join(',')}]`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sent = request(
      {
        method,
        path,
        headers: { Host: `sandbox.localdomain:${port}`, 'Content-Type': 'application/json', 'Content-Length': body.length },
        createConnection: () => socket,
        signal: this.#closing.signal,
      },
      (response) => {
        response.resume();
        response.on('close', resolve);
      },
    );
    sent.on('error', reject);
    sent.end(body);
    return promise;
  }

  close(): void {
    this.#closing.abort();
  }
}

/** A record is a line on one connection, which is made anew when it broke. */
class TcpDelivery implements TelemetryDelivery {
  readonly #sandbox: Pick<Sandbox, 'connect'>;
  readonly #port: number;
  #socket: Socket | undefined;
  #closed = false;

  constructor(sandbox: Pick<Sandbox, 'connect'>, port: number) {
    this.#sandbox = sandbox;
    this.#port = port;
  }

  async deliver(lines: readonly string[]): Promise<void> {
    const socket = this.#socket ?? (await this.#connect());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.write(`${lines.join('\n')}\n`, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
    return promise;
  }

  close(): void {
    this.#closed = true;
    this.#socket?.destroy();
  }

  async #connect(): Promise<Socket> {
    const socket = await this.#sandbox.connect(this.#port);
    const forget = (): void => {
      if (this.#socket === socket) this.#socket = undefined;
    };
    // The write that failed tells of it.
    socket.on('error', forget);
    socket.on('close', forget);
    socket.resume();
    if (this.#closed) socket.destroy();
    else this.#socket = socket;
    return socket;
  }
}
