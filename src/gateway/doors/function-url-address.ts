import type { WireRequest } from '#aws/wire/message.ts';

/** The form of a function URL that needs no name resolution: `/_hearth/lambda-url/<id>/…`. */
export const FUNCTION_URL_PREFIX = '/_hearth/lambda-url/';

/** What a request to a function URL is addressed to. */
export interface FunctionUrlAddress {
  readonly id: string;
  /** The path below the URL, still percent-encoded; begins with a slash. */
  readonly path: string;
}

/** Undefined when the request is for something else. A virtual host has no other paths than the function's. */
export function functionUrlAddress({ path, headers }: Pick<WireRequest, 'path' | 'headers'>): FunctionUrlAddress | undefined {
  const host = headers['host'];
  const id = host === undefined ? undefined : urlHost(host)?.id;
  if (id !== undefined) return { id, path: path.startsWith('/') ? path : '/' };
  if (!path.startsWith(FUNCTION_URL_PREFIX)) return undefined;
  const rest = path.slice(FUNCTION_URL_PREFIX.length);
  const slash = rest.indexOf('/');
  return slash < 0 ? { id: rest.toLowerCase(), path: '/' } : { id: rest.slice(0, slash).toLowerCase(), path: rest.slice(slash) };
}

/** `<id>.lambda-url.<region>.<parent>`, with or without port. */
export function urlHost(host: string): { readonly id: string; readonly parent: string } | undefined {
  // Asked of every request: most hosts are told apart without the expression.
  if (!host.includes('.lambda-url.')) return undefined;
  const [, id, parent] = /^([a-z0-9_-]+)\.lambda-url\.[a-z0-9-]+\.([a-z0-9_.-]+?)\.?(?::\d{1,5})?$/i.exec(host) ?? [];
  return id === undefined || parent === undefined ? undefined : { id: id.toLowerCase(), parent: parent.toLowerCase() };
}
