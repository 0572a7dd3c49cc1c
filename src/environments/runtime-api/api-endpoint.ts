import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer } from '#base/node-http.ts';
import { refuse } from './api-exchange.ts';

/** Serves the request, or returns false when it is none of its own. */
export type ApiRoute = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * A runtime client needs one connection, or one and another for its answer, and so does each of ten extensions; each that is open
 * holds memory of ours.
 */
const MAX_CONNECTIONS = 64;

/**
 * The address that AWS_LAMBDA_RUNTIME_API names: HTTP/1.1 on a listening descriptor inside a sandbox. It costs next to nothing until
 * somebody connects, since a runtime that speaks frames mostly leaves it alone.
 */
export class ApiEndpoint {
  readonly #server: Server;
  readonly #routes: readonly ApiRoute[];
  readonly #sockets = new Set<Socket>();
  #http: HttpServer | undefined;

  constructor(fd: number, routes: readonly ApiRoute[], onError: (error: Error) => void) {
    this.#routes = routes;
    this.#server = createTcpServer({ noDelay: true }, (socket) => this.#connected(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on('error', onError);
    this.#server.listen({ fd });
    this.#server.unref();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #connected(socket: Socket): void {
    // Polls wait for events, and through freezes, without any limit.
    this.#http ??= createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
      if (!this.#routes.some((route) => route(request, response))) refuse(request, response, 404, 'NotFound', 'Not found');
    });
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#http.emit('connection', socket);
  }
}
