import { Readable } from 'node:stream';
import type { HttpRequest } from '@smithy/core/protocols';
import type { Caller } from '../caller.ts';
import type { ServiceName } from '../service.ts';
import type { WireRequest, WireResponse } from '../wire/message.ts';

/** Who a call from inside is made for. Believed, since only code of this process can say it; what he may do is judged as ever. */
export interface InProcessCaller {
  readonly caller: Caller;
  readonly region: string;
  readonly signal: AbortSignal;
}

/** A request that one of Hearth's own parts makes of an AWS API. */
export interface InProcessCall extends InProcessCaller {
  readonly service: ServiceName;
  readonly request: WireRequest;
}

/** The gateway, as seen from inside. */
export interface InProcessGateway {
  call(call: InProcessCall): Promise<WireResponse>;
}

interface InProcessResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

/** Stands in Host; no socket is opened for it. */
export const IN_PROCESS_HOST = 'in-process.localhost';

/**
 * What an SDK client needs to have its requests answered in this process instead of over a socket: pass it as the client's options.
 * Nothing is signed, since no signature is asked for here.
 */
export function inProcessOptions(gateway: InProcessGateway, service: ServiceName, by: InProcessCaller) {
  return {
    endpoint: `http://${IN_PROCESS_HOST}`,
    region: by.region,
    // Never used: requests are not signed. Without any, the client would look for some.
    credentials: { accessKeyId: 'in-process', secretAccessKey: 'in-process' },
    signer: { sign: (request: HttpRequest) => Promise.resolve(request) },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: HttpRequest): Promise<{ readonly response: InProcessResponse }> => {
        const answer = await gateway.call({ ...by, service, request: toWire(request) });
        const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]));
        const { body } = answer;
        // The SDK reads bodies as Node streams.
        const stream = typeof body === 'string' || body instanceof Uint8Array ? Readable.from([Buffer.from(body)]) : Readable.from(body);
        return { response: { statusCode: answer.status, headers, body: stream } };
      },
    },
  };
}

function toWire({ method, path, query, headers, body }: HttpRequest): WireRequest {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { method, path, query: queryText(query), headers: { ...Object.fromEntries(lower), host: IN_PROCESS_HOST }, body: bytesOf(body) };
}

function queryText(query: HttpRequest['query']): string {
  return Object.entries(query)
    .flatMap(([name, value]) => [value ?? ''].flat().map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`))
    .join('&');
}

/** Streams are not sent from inside: what is put together here is held anyway. */
function bytesOf(body: unknown): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new TypeError('a request from inside has its body in one piece');
}
