import { createServer } from '#base/node-http.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { BodyWatch, MAX_RECEIVING_MS } from './body-watch.ts';
import type { Gateway } from './gateway.ts';
import { announcesLargeBody } from './http-exchange.ts';

/** Longest request line and headers in bytes: a session token of a role alone has over a thousand. */
const MAX_HEADER_BYTES = 64 * 1024;

/** A client that sends its head this slowly is none. */
const HEADERS_TIMEOUT_MS = 60_000;

/** Longer than any load balancer's or SDK's own, so that the client is the one to close. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000;

/** Of the outer listener: four for each of an account's 1000 concurrent executions. */
const MAX_OUTER_CONNECTIONS = 4096;

/** Of one execution environment: SDKs for Node open 50 at most for each service, those for Python 10. */
const MAX_INNER_CONNECTIONS = 64;

/** While draining: how often connections are closed that have got their answer and would stay open for the next request. */
const DRAIN_SWEEP_MS = 20;

/**
 * The gateway's two kinds of listener: the outer one, where people and SDKs come in, and one inside the network of each execution
 * environment. Whoever comes in by the latter can only be that environment, and is told apart from there on.
 */
export class Listeners {
  readonly #outer: Server;
  readonly #inner: Server;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #bodies: BodyWatch;
  readonly #environmentOf = new WeakMap<Socket, string>();
  readonly #attached = new Set<() => void>();

  constructor(gateway: Pick<Gateway, 'handle'>, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = clock;
    this.#logger = logger;
    this.#bodies = new BodyWatch(clock);
    const options = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: MAX_RECEIVING_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      noDelay: true,
    };
    const outer = (message: IncomingMessage, target: ServerResponse): void => {
      this.#watch(message);
      void gateway.handle(message, target, { kind: 'outer' });
    };
    this.#outer = createServer(options, outer);
    this.#outer.maxConnections = MAX_OUTER_CONNECTIONS;
    const inner = (message: IncomingMessage, target: ServerResponse): void => {
      const environmentId = this.#environmentOf.get(message.socket);
      if (environmentId === undefined) {
        target.destroy();
        return;
      }
      this.#watch(message);
      void gateway.handle(message, target, { kind: 'environment', environmentId });
    };
    this.#inner = createServer({ ...options, headersTimeout: 0, keepAliveTimeout: 0 }, inner);
    // The gateway gives leave to send when it is about to read, so that whoever it refuses need not send.
    this.#outer.on('checkContinue', outer);
    this.#inner.on('checkContinue', inner);
  }

  /** Resolves to the port in use. @throws the system's error: EADDRINUSE, EADDRNOTAVAIL, EACCES */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#outer.once('error', reject);
      this.#outer.listen(port, host, () => {
        this.#outer.off('error', reject);
        this.#outer.on('error', (error) => this.#acceptFailed(error));
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
    listener.maxConnections = MAX_INNER_CONNECTIONS;
    listener.on('error', (error) => this.#acceptFailed(error));
    listener.listen({ fd });
    listener.unref();
    const close = (): void => {
      if (!this.#attached.delete(close)) return;
      listener.close();
      for (const socket of sockets) socket.destroy();
    };
    this.#attached.add(close);
    return { close };
  }

  /** Takes no new connection, lets what runs finish for up to `graceMs`, then closes what is left. */
  async close(graceMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const deadline = this.#clock.schedule(graceMs, () => this.#outer.closeAllConnections());
      const sweep = (): Timer =>
        this.#clock.schedule(DRAIN_SWEEP_MS, () => {
          this.#outer.closeIdleConnections();
          nextSweep = sweep();
        });
      let nextSweep = sweep();
      this.#outer.close(() => {
        deadline.cancel();
        nextSweep.cancel();
        resolve();
      });
    });
    for (const close of this.#attached) close();
  }

  /** Small bodies may take the time that node:http gives them. */
  #watch(message: IncomingMessage): void {
    if (announcesLargeBody(message.headers)) this.#bodies.add(message);
  }

  /** The daemon may have run out of file descriptors for a while; whoever is connected is served on. */
  #acceptFailed(error: Error): void {
    this.#logger.warn('a connection could not be accepted', { error });
  }
}
