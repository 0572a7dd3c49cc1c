import { isUtf8 } from 'node:buffer';
import type { Caller } from '#aws/caller.ts';
import type { UrlRequest } from './url-exchange.ts';

export interface UrlEventContext {
  readonly region: string;
  /** Account of the function. */
  readonly accountId: string;
  /** `Root=…`, as the function's own trace. */
  readonly traceId: string;
  readonly wallMs: number;
}

/**
 * The event of a request to a function URL: payload format 2.0. Members that have nothing to say are left out, as on AWS.
 * Source: "Invoking Lambda function URLs", and what test_lambda_url_echo_http_fixture_default recorded.
 */
export function urlEvent(request: UrlRequest, context: UrlEventContext): Readonly<Record<string, unknown>> {
  const { query, path } = request;
  const { headers, cookies } = eventHeaders(request, context);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query !== '' && { queryStringParameters: queryParameters(query) }),
    requestContext: requestContext(request, context),
    ...eventBody(request),
  };
}

function requestContext(request: UrlRequest, { accountId, region, wallMs }: UrlEventContext): Readonly<Record<string, unknown>> {
  const { caller, id, method, path, httpVersion, sourceIp, headers, requestId } = request;
  return {
    accountId: caller === undefined ? 'anonymous' : accountId,
    apiId: id,
    ...(caller !== undefined && { authorizer: { iam: iamAuthorizer(caller) } }),
    domainName: domainName(request, region),
    domainPrefix: id,
    http: { method, path, protocol: `HTTP/${httpVersion}`, sourceIp: plainIp(sourceIp), userAgent: headers['user-agent'] ?? null },
    requestId,
    routeKey: '$default',
    stage: '$default',
    time: commonLogTime(wallMs),
    timeEpoch: wallMs,
  };
}

function iamAuthorizer(caller: Caller): Readonly<Record<string, unknown>> {
  return {
    accessKey: caller.accessKeyId,
    accountId: caller.accountId,
    callerId: caller.userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: caller.arn,
    userId: caller.userId,
  };
}

/** The host as the client named it, or by the path form what it would have named. */
function domainName({ headers, id }: UrlRequest, region: string): string {
  const { host = 'localhost' } = headers;
  return host.toLowerCase().startsWith(`${id}.lambda-url.`) ? host : `${id}.lambda-url.${region}.${host}`;
}

/** Not given to the function: they belong to the connection. Cookies have a member of their own. */
const WITHHELD: ReadonlySet<string> = new Set([
  'connection',
  'cookie',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Not given either where they have proven who calls. Where anybody may, they are between the caller and the function. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'x-amz-security-token']);

interface EventHeaders {
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
}

/** Lower-case names, repeated ones joined by commas, and those that AWS's front end adds. */
function eventHeaders({ rawHeaders, sourceIp, headers: sent, caller }: UrlRequest, { traceId }: UrlEventContext): EventHeaders {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (name === 'cookie') cookies.push(...value.split(/; */).filter((cookie) => cookie !== ''));
    // A name like `__proto__` would be no member of the object.
    if (WITHHELD.has(name) || name === '__proto__' || (caller !== undefined && CREDENTIALS.has(name))) continue;
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]},${value}` : value;
  }
  const forwarded = sent['x-forwarded-for'];
  const port = /:(\d+)$/.exec(sent['host'] ?? '')?.[1];
  return {
    headers: {
      ...headers,
      'x-amzn-tls-cipher-suite': TLS_CIPHER_SUITE,
      'x-amzn-tls-version': TLS_VERSION,
      'x-amzn-trace-id': traceId.split(';').find((part) => part.startsWith('Root=')) ?? traceId,
      'x-forwarded-for': forwarded === undefined ? plainIp(sourceIp) : `${forwarded}, ${plainIp(sourceIp)}`,
      'x-forwarded-port': sent['x-forwarded-port'] ?? port ?? '80',
      'x-forwarded-proto': sent['x-forwarded-proto'] ?? 'http',
    },
    cookies,
  };
}

/** What AWS negotiates with most clients. Functions expect the headers to be there; the connection itself is plain. */
const TLS_CIPHER_SUITE = 'TLS_AES_128_GCM_SHA256';
const TLS_VERSION = 'TLSv1.3';

/** An IPv4 address that came in by an IPv6 socket is written as such. */
function plainIp(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

/** Decoded; repeated ones joined by commas. What is no valid escape stays as it is. */
function queryParameters(query: string): Readonly<Record<string, string>> {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    const former = parameters.get(name);
    parameters.set(name, former === undefined ? value : `${former},${value}`);
  }
  return Object.fromEntries(parameters);
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch (error) {
    if (error instanceof URIError) return spaced;
    throw error;
  }
}

function eventBody({ body, headers }: UrlRequest): Readonly<Record<string, unknown>> {
  if (body.length === 0) return { isBase64Encoded: false };
  const text = isText(headers['content-type']) && isUtf8(body);
  return { body: body.toString(text ? 'utf8' : 'base64'), isBase64Encoded: !text };
}

/** Everything else is binary, forms and bodies without a type included. */
function isText(contentType = ''): boolean {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return mediaType.startsWith('text/') || /^application\/(?:.*\+)?(?:json|xml|javascript)$/.test(mediaType);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `20/Nov/2026:10:00:00 +0000`. */
function commonLogTime(wallMs: number): string {
  const [date = '', time = ''] = new Date(wallMs).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}
