import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { InvokeMeta } from '#environments/runtime-api/frames.ts';
import { truncatedResponse } from '#environments/runtime-errors.ts';
import type { Answer } from './runtime-process.ts';

const PREFIX = '/2018-06-01/runtime';

/** A Runtime API that believes what it is told, for tests of runtimes; only a response that has begun rules out an error report. */
export class RuntimeApi {
  readonly #server: Server;
  readonly #listener: RuntimeApiListener;
  #poll: ServerResponse | undefined;
  #responding = false;
  #broken = false;

  static async listen(listener: RuntimeApiListener): Promise<RuntimeApi> {
    const api = new RuntimeApi(listener);
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  private constructor(listener: RuntimeApiListener) {
    this.#listener = listener;
    this.#server = createServer((request, response) => void this.#route(request, response));
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  invoke(meta: InvokeMeta, event: string): void {
    this.#responding = false;
    this.#broken = false;
    this.#poll?.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': meta.requestId,
      'Lambda-Runtime-Deadline-Ms': String(meta.deadlineMs),
      'Lambda-Runtime-Invoked-Function-Arn': meta.functionArn,
      'Lambda-Runtime-Trace-Id': meta.traceId,
      ...(meta.clientContext !== undefined && { 'Lambda-Runtime-Client-Context': meta.clientContext }),
      ...(meta.cognitoIdentity !== undefined && { 'Lambda-Runtime-Cognito-Identity': meta.cognitoIdentity }),
      ...(meta.tenantId !== undefined && { 'Lambda-Runtime-Aws-Tenant-Id': meta.tenantId }),
    });
    this.#poll?.end(event);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === `${PREFIX}/invocation/next`) {
      if (this.#broken) {
        const { type, body } = truncatedResponse();
        this.#listener.answer({ kind: 'error', type, body: body.toString('utf8') });
      }
      this.#poll = response;
      this.#listener.ready();
      return;
    }
    const verb = request.url?.split('/').at(-1);
    if (verb === 'error' && this.#responding) {
      request.resume();
      response.writeHead(403).end();
      return;
    }
    if (verb === 'response') this.#responding = true;
    let body: string;
    try {
      body = (await buffer(request)).toString('utf8');
    } catch {
      // Told when the runtime lives on; else its exit says more.
      this.#broken = true;
      return;
    }
    const trailer = request.trailers['lambda-runtime-function-error-body'];
    if (trailer !== undefined) {
      this.#fail('error', request.trailers['lambda-runtime-function-error-type'], Buffer.from(trailer, 'base64').toString('utf8'));
    } else if (verb === 'response') this.#listener.answer({ kind: 'response', body });
    else
      this.#fail(
        request.url === `${PREFIX}/init/error` ? 'init-error' : 'error',
        request.headers['lambda-runtime-function-error-type'],
        body,
      );
    response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
  }

  #fail(kind: 'error' | 'init-error', header: string | string[] | undefined, body: string): void {
    const { errorType } = JSON.parse(body) as { errorType: string };
    this.#listener.answer({ kind, type: typeof header === 'string' ? header : errorType, body });
  }
}

export interface RuntimeApiListener {
  ready(): void;
  answer(answer: Answer): void;
}
