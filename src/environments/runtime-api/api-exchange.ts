import type { IncomingMessage, ServerResponse } from 'node:http';

/** How the APIs inside an execution environment take requests and answer them. */

/** Reads a body up to a bound; the rest of a larger one is read and thrown away, so that the connection stays usable. */
export function collect(request: IncomingMessage, maxBytes: number, done: (body: Buffer | 'too-large') => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
  });
  request.on('end', () => {
    if (size > maxBytes) done('too-large');
    else done(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
  });
}

/** Refuses a request without reading its body. */
export function refuse(request: IncomingMessage, response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  request.resume();
  answerJson(response, status, { errorType, errorMessage });
}

export function answerJson(
  response: ServerResponse,
  status: number,
  value: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)), ...headers });
  response.end(body);
}
