import type { DoorRequest } from '#gateway/door.ts';

interface Sent {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A request as the gateway hands it to a door. */
export function doorRequest({ method, url, headers = {}, body = '' }: Sent, more: Partial<DoorRequest> = {}): DoorRequest {
  const [path = '/', query = ''] = url.split('?');
  return {
    method,
    path,
    query,
    headers,
    httpVersion: '1.1',
    rawHeaders: Object.entries(headers).flat(),
    sourceIp: '127.0.0.1',
    origin: { kind: 'outer' },
    readBody: () => Promise.resolve(Buffer.from(body)),
    signal: new AbortController().signal,
    ...more,
  };
}
