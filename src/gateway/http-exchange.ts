import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '#aws/errors.ts';
import type { WireRequest, WireResponse } from '#aws/wire/message.ts';
import { SMALL_BODY_BYTES } from './body-budget.ts';
import type { BodyLease } from './body-budget.ts';

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

export function withBody({ method, path, query, headers }: RequestHead, body: Buffer): WireRequest {
  return { method, path, query, headers, body };
}

/** Whether the body may become so large that it counts; one without a length may become any size. */
export function announcesLargeBody(headers: IncomingMessage['headers']): boolean {
  const length = headers['content-length'];
  return length === undefined ? headers['transfer-encoding'] !== undefined : Number(length) > SMALL_BODY_BYTES;
}

/** Source: "Common Errors"; every SDK tries again after it. */
export function noRoom(): AwsError {
  return new AwsError('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', { status: 503 });
}

/** Why a body was not kept: larger than its bound, or no room beside those of other requests. */
export type BodyRefusal = 'too-large' | 'no-room';

/**
 * The whole body. One that is refused is read to its end and thrown away, so that its sender comes to read the answer.
 * `lease` is for large bodies; small ones need none.
 * @throws ClientGone
 */
export function readBody(message: IncomingMessage, maxBytes: number, lease?: BodyLease): Promise<Buffer | BodyRefusal> {
  return new Promise((resolve, reject) => {
    // Gone before anybody listened: no event will come.
    if (message.destroyed) reject(new ClientGone());
    const chunks: Buffer[] = [];
    let size = 0;
    let refusal: BodyRefusal | undefined;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (refusal !== undefined) return;
      if (size > maxBytes) refusal = 'too-large';
      else if (lease?.growTo(size) === false) refusal = 'no-room';
      if (refusal === undefined) {
        chunks.push(chunk);
      } else {
        chunks.length = 0;
        lease?.[Symbol.dispose]();
      }
    });
    message.on('end', () => {
      if (refusal !== undefined) resolve(refusal);
      else resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    // Also after an error, which can only be that: the connection broke. Without a listener node:http keeps it to itself.
    message.on('close', () => {
      if (!message.complete) reject(new ClientGone());
    });
  });
}

/**
 * The body piece by piece, as it arrives. Whoever stops reading leaves the connection open, so that an answer can be written.
 * `onFirstRead` runs before the first piece is waited for.
 * @throws ClientGone
 */
export async function* streamBody(message: IncomingMessage, onFirstRead: () => void): AsyncGenerator<Buffer, void, undefined> {
  onFirstRead();
  try {
    yield* message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (error) {
    // The only error of a request is that its connection broke.
    throw new ClientGone('', { cause: error });
  }
}

/** The client closed the connection before its request was whole: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

export async function writeResponse(response: WireResponse, target: ServerResponse): Promise<void> {
  const { body } = response;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    // A 204 has no content, not even of length 0 (RFC 9110, 8.6).
    target.writeHead(response.status, response.status === 204 ? response.headers : headersWithLength(response.headers, body));
    target.end(body);
    return;
  }
  target.writeHead(response.status, lengthLast(response.headers));
  await pipeline(body instanceof Readable ? body : Readable.from(body, { objectMode: false }), target);
}

/** Names and values in turns, the form that node:http takes as it is. */
function headersWithLength(headers: Readonly<Record<string, string>>, body: Uint8Array | string): string[] {
  const list = lengthLast(headers);
  if (headers['Content-Length'] === undefined && headers['content-length'] === undefined) {
    list.push('Content-Length', String(typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength));
  }
  return list;
}

/** After the length, node:http takes a Content-Disposition with an umlaut for one that no header can carry. */
function lengthLast(headers: Readonly<Record<string, string>>): string[] {
  const list: string[] = [];
  let length: string | undefined;
  for (const name in headers) {
    if (name === 'Content-Length' || name === 'content-length') length = headers[name];
    else list.push(name, headers[name] ?? '');
  }
  if (length !== undefined) list.push('Content-Length', length);
  return list;
}
