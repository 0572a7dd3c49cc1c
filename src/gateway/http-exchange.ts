import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { WireRequest, WireResponse } from '#aws/wire/message.ts';

export type RequestHead = Omit<WireRequest, 'body'>;

export function readHead(message: IncomingMessage): RequestHead {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: flatHeaders(message),
  };
}

/** Node joins repeated headers itself, but for `set-cookie`, which no request carries in earnest. */
function flatHeaders(message: IncomingMessage): Readonly<Record<string, string>> {
  const headers = message.headers;
  delete headers['set-cookie'];
  return headers as Readonly<Record<string, string>>;
}

/** The whole body, or undefined when it is larger than the bound; the rest of such a body is read and thrown away. */
export function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    message.on('end', () => {
      if (size > maxBytes) resolve(undefined);
      else resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    message.on('error', reject);
    message.on('close', () => {
      if (!message.complete) reject(new ClientGone());
    });
  });
}

/** The client closed the connection before its request was whole: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

export async function writeResponse(response: WireResponse, target: ServerResponse): Promise<void> {
  const { body } = response;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    target.writeHead(response.status, withLength(response.headers, body));
    target.end(body);
    return;
  }
  target.writeHead(response.status, response.headers);
  await pipeline(Readable.from(body, { objectMode: false }), target);
}

function withLength(headers: Readonly<Record<string, string>>, body: Uint8Array | string): Record<string, string> {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  return headers['Content-Length'] === undefined && headers['content-length'] === undefined
    ? { ...headers, 'Content-Length': String(length) }
    : { ...headers };
}
