import type { UrlResponse } from './url-exchange.ts';

/**
 * What a function's result means as an HTTP response: with a `statusCode` its parts, else the whole of it is the body of a 200.
 * A result that cannot be a response is the function's fault: 502.
 * Source: "Invoking Lambda function URLs", response payload format 2.0.
 */
export function urlResponse(result: Uint8Array): UrlResponse {
  const text = Buffer.from(result.buffer, result.byteOffset, result.byteLength).toString('utf8');
  const value = parseJson(text);
  if (isObject(value) && value['statusCode'] !== undefined) return statedResponse(value) ?? badGateway();
  // A text stands for itself; everything else is sent as AWS writes it, without white space.
  return { status: 200, headers: JSON_TYPE, body: typeof value === 'string' ? value : compactJson(text) };
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** The function failed, or answered what is no response (test_lambda_url_invocation_exception). */
export function badGateway(): UrlResponse {
  return { status: 502, headers: JSON_TYPE, body: 'Internal Server Error' };
}

/** The function did not answer in time. */
export function gatewayTimeout(): UrlResponse {
  return { status: 504, headers: JSON_TYPE, body: 'Gateway Timeout' };
}

type Members = Readonly<Record<string, unknown>>;

/** Undefined when a part of it is not what it must be. */
function statedResponse(value: Members): UrlResponse | undefined {
  const head = responseHead(value, 'application/json');
  const body = responseBody(value);
  return head === undefined || body === undefined ? undefined : { ...head, body };
}

/**
 * Status, headers and cookies, of a result or of what stands before a stream. Undefined when one of them is not what it must be.
 * `contentType`: the one that is meant when the function names none.
 */
export function responseHead(value: Members, contentType: string): Omit<UrlResponse, 'body'> | undefined {
  const status = statusOf(value['statusCode']);
  const headers = headersOf(value['headers']);
  const cookies = cookiesOf(value['cookies']);
  if (status === undefined || headers === undefined || cookies === undefined) return undefined;
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  // A cookie among the headers is one more, and takes the place of none.
  const isCookie = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'set-cookie';
  const entries = Object.entries(headers);
  return {
    status,
    headers: { ...(!typed && { 'Content-Type': contentType }), ...Object.fromEntries(entries.filter((entry) => !isCookie(entry))) },
    cookies: [...entries.filter(isCookie).map(([, cookie]) => cookie), ...cookies],
  };
}

function statusOf(value: unknown): number | undefined {
  if (value === undefined) return 200;
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  // An interim status would leave the client waiting for the final one.
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

/** Belong to the connection, follow from the body, or name the request; the function has no say. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-requestid',
  'x-amzn-trace-id',
]);

function headersOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) return undefined;
  const headers: Record<string, string> = {};
  for (const [name, content] of Object.entries(value)) {
    const text = scalarText(content);
    if (text === undefined || !/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || !isHeaderValue(text)) return undefined;
    if (!OWN_HEADERS.has(name.toLowerCase())) headers[name] = text;
  }
  return headers;
}

function cookiesOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const cookies = value.map(scalarText);
  return cookies.every((cookie) => cookie !== undefined && isHeaderValue(cookie)) ? cookies.map(String) : undefined;
}

function responseBody({ body, isBase64Encoded: encoded }: Members): Uint8Array | string | undefined {
  if (body === undefined || body === null) return '';
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (encoded !== true && encoded !== 'true') return text;
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

function scalarText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** What HTTP can carry in a header: no control character but the tab, and Latin-1 at most. */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text itself when it is no JSON: a streaming handler may write what it likes. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** Without the white space between its parts; numbers stay as they were written. */
function compactJson(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}
