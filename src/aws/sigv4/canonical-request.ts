/**
 * The canonical form of a request, as both sides must see it to compute the same signature.
 * Source: "Create a signed AWS API request", step 1.
 */

/** Only these need no encoding: RFC 3986's unreserved characters. */
const PLAIN = /^[A-Za-z0-9_.~-]*$/;
/** A path that normalising and encoding would leave alone: no empty or dot segments, nothing but unreserved characters. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*\/?$/;

/** `path` as received, percent-encoded. Every service but S3 normalises it and encodes it once more. */
export function canonicalPath(path: string, service: string): string {
  if (PLAIN_PATH.test(path)) return path === '' ? '/' : path;
  if (service === 's3')
    return path
      .split('/')
      .map((segment) => recode(segment.replaceAll('+', '%2B')))
      .join('/');
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  return segments.length === 0 ? '/' : `/${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

/** `query` as received, sorted by encoded name, then value; without the parameter `omit`. */
export function canonicalQuery(query: string, omit?: string): string {
  if (query === '') return '';
  const pairs: (readonly [name: string, value: string])[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = recode(equals < 0 ? part : part.slice(0, equals));
    if (name !== omit) pairs.push([name, equals < 0 ? '' : recode(part.slice(equals + 1))]);
  }
  // By name first: sorting `name=value` would put `a-b=1` before `a=1`.
  pairs.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** `name:value` lines of the signed headers, each ended by a newline. A header that is absent counts as empty. */
export function canonicalHeaders(headers: Readonly<Record<string, string>>, signedHeaders: readonly string[]): string {
  let text = '';
  for (const name of signedHeaders) {
    // HTTP/2 clients sign the pseudo-header; it says what Host says.
    const value = headerOf(headers, name) ?? (name === ':authority' ? headers['host'] : undefined) ?? '';
    text += `${name}:${collapse(value)}\n`;
  }
  return text;
}

export function canonicalRequest(parts: {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: string;
  readonly signedHeaders: string;
  readonly payloadHash: string;
}): string {
  return `${parts.method}\n${parts.path}\n${parts.query}\n${parts.headers}\n${parts.signedHeaders}\n${parts.payloadHash}`;
}

/** A header whose name the client chose: `constructor` is none, unless it was sent. */
export function headerOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}

function collapse(value: string): string {
  return /^\s|\s$|\s\s|[\t\r\n]/.test(value) ? value.trim().replaceAll(/\s+/g, ' ') : value;
}

/** Encodes each byte of UTF-8 that is not unreserved; `%` too, so what was encoded before is encoded twice. */
function encode(text: string): string {
  return PLAIN.test(text) ? text : text.replaceAll(/[^A-Za-z0-9_.~-]+/g, encodeBytes);
}

/** The one canonical encoding of a text that may be encoded already, in whatever way; `+` is a space. A stray `%` stands for itself. */
function recode(text: string): string {
  return PLAIN.test(text) ? text : text.replaceAll(/%[0-9A-Fa-f]{2}|\+|[^A-Za-z0-9_.~-]/gu, recodePart);
}

function recodePart(part: string): string {
  if (part === '+') return '%20';
  if (part.length !== 3 || !part.startsWith('%')) return encodeBytes(part);
  const character = String.fromCodePoint(Number.parseInt(part.slice(1), 16));
  return PLAIN.test(character) ? character : part.toUpperCase();
}

function encodeBytes(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return encoded;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
