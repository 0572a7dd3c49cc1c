import { createServer } from '#base/node-http.ts';
import type { Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '#base/clock.ts';
import type { Gateway } from './gateway.ts';

/** Longest request line and headers in bytes: a session token of a role alone has over a thousand. */
const MAX_HEADER_BYTES = 64 * 1024;

/** A client that sends its head this slowly is none. */
const HEADERS_TIMEOUT_MS = 60_000;

/** Longer than any load balancer's or SDK's own, so that the client is the one to close. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000;

/**
 * The gateway's two kinds of listener: the outer one, where people and SDKs come in, and one inside the network of each execution
 * environment. Whoever comes in by the latter can only be that environment, and is told apart from there on.
 */
export class Listeners {
  readonly #outer: Server;
  readonly #inner: Server;
  readonly #clock: Clock;
  readonly #environmentOf = new WeakMap<Socket, string>();

  constructor(gateway: Gateway, clock: Clock) {
    this.#clock = clock;
    const options = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      noDelay: true,
    };
    this.#outer = createServer(options, (message, target) => void gateway.handle(message, target, { kind: 'outer' }));
    this.#inner = createServer({ ...options, headersTimeout: 0, keepAliveTimeout: 0 }, (message, target) => {
      const environmentId = this.#environmentOf.get(message.socket);
      if (environmentId === undefined) target.destroy();
      else void gateway.handle(message, target, { kind: 'environment', environmentId });
    });
  }

  /** Resolves to the port in use. @throws the system's error: EADDRINUSE, EADDRNOTAVAIL, EACCES */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#outer.once('error', reject);
      this.#outer.listen(port, host, () => {
        this.#outer.off('error', reject);
        resolve((this.#outer.address() as AddressInfo).port);
      });
    });
  }

  /** Serves the AWS API on a listening descriptor inside a sandbox. */
  attach(fd: number, environmentId: string): { close(): void } {
    const sockets = new Set<Socket>();
    const listener = createTcpServer({ noDelay: true }, (socket) => {
      this.#environmentOf.set(socket, environmentId);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      this.#inner.emit('connection', socket);
    });
    listener.listen({ fd });
    listener.unref();
    return {
      close() {
        listener.close();
        for (const socket of sockets) socket.destroy();
      },
    };
  }

  /** Takes no new connection, lets what runs finish for up to `graceMs`, then closes what is left. */
  async close(graceMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.schedule(graceMs, () => this.#outer.closeAllConnections());
      this.#outer.close(() => {
        timer.cancel();
        resolve();
      });
      this.#outer.closeIdleConnections();
    });
    this.#inner.closeAllConnections();
  }
}
