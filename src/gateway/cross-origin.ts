import type { ServerResponse } from 'node:http';
import type { WireResponse } from '#aws/wire/message.ts';
import type { RequestHead } from './http-exchange.ts';

/** What a page may read of an answer besides its body. */
const EXPOSED =
  'x-amzn-RequestId, x-amzn-ErrorType, X-Amz-Function-Error, X-Amz-Log-Result, X-Amz-Executed-Version, X-Amzn-Query-Error, ETag, Date';

/** Seconds for which a browser need not ask again; the most that Chromium keeps. */
const MAX_AGE_SECONDS = 7200;

/**
 * Lets the page of an origin that the guard has let pass read the answer, as CORS demands. Function URLs and buckets have rules of
 * their own.
 */
export function shareWithOrigin(head: RequestHead, target: ServerResponse): void {
  const origin = head.headers['origin'];
  if (origin === undefined) return;
  target.setHeader('Access-Control-Allow-Origin', origin);
  target.setHeader('Access-Control-Expose-Headers', EXPOSED);
  target.setHeader('Vary', 'Origin');
}

/** The answer to a preflight, which carries no signature; undefined for any other request. */
export function preflightAnswer({ method, headers }: RequestHead): WireResponse | undefined {
  const asked = headers['access-control-request-method'];
  if (method !== 'OPTIONS' || headers['origin'] === undefined || asked === undefined) return undefined;
  return {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'Access-Control-Allow-Headers': headers['access-control-request-headers'] ?? '',
      'Access-Control-Max-Age': String(MAX_AGE_SECONDS),
    },
    body: '',
  };
}
