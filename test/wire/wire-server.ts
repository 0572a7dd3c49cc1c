import { createServer, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { AwsError } from '#aws/errors.ts';
import type { ServiceWire, WireRequest } from '#aws/wire/message.ts';

export type Handlers = Readonly<Record<string, (input: Record<string, unknown>) => unknown>>;

export interface WireServer extends AsyncDisposable {
  readonly endpoint: string;
}

export const REQUEST_ID = '11111111-2222-4333-8444-555555555555';

/** The wire behind real HTTP, with handlers in place of a service. An operation without one answers 501. */
export async function startWireServer(wire: ServiceWire, handlers: Handlers): Promise<WireServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = answerTo(wire, handlers, wireRequest(request, Buffer.concat(chunks)));
      response.writeHead(answer.status, answer.headers);
      if (typeof answer.body === 'string' || answer.body instanceof Uint8Array) response.end(answer.body);
      else Readable.from(answer.body).pipe(response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on a port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function wireRequest(request: IncomingMessage, body: Buffer): WireRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { method: request.method ?? '', path, query, headers, body };
}

function answerTo(wire: ServiceWire, handlers: Handlers, request: WireRequest): ReturnType<ReturnType<ServiceWire['open']>['writeOutput']> {
  const call = wire.open(request);
  try {
    const input = call.readInput();
    const handler = handlers[call.operation ?? ''];
    if (handler === undefined) throw new AwsError('NotImplementedException', 'Not here yet', { status: 501 });
    return call.writeOutput(handler(input), REQUEST_ID);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return call.writeError(error, REQUEST_ID);
  }
}
