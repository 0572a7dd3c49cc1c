import { isIPv4, isIPv6 } from 'node:net';

/** Looks at a request's head before anything else does. */
export interface Guard {
  /**
   * One line that says why the request is refused (403), or undefined when it may pass. `ownOriginRules`: what it is addressed to decides
   * itself about pages of other origins.
   */
  check(head: { readonly headers: Readonly<Record<string, string>> }, ownOriginRules?: boolean): string | undefined;
}

export interface GuardOptions {
  /** Names or addresses besides loopback, lower case, without port. `.example.com` stands for all names below it. */
  readonly allowedHosts: readonly string[];
  /** Web origins (`https://example.com:8443`) whose pages may call the API. */
  readonly allowedOrigins: readonly string[];
  /** Whether a name is that of S3 or of a bucket. It may be asked for, but pages of other origins may not ask. */
  readonly isS3Host?: (name: string) => boolean;
  /**
   * The name below which a host name (lower case, without port) stands that belongs to a function URL; undefined for all other host
   * names. Whoever may be addressed by a name may be by those below it.
   */
  readonly parentOfVirtualHost: (name: string) => string | undefined;
}

/**
 * Refuses what a web page in the operator's browser could have sent: root keys on loopback are public, so a page could sign with them.
 * A foreign name in Host is DNS rebinding; an Origin or a cross-site fetch is a page calling directly. No AWS client sends either.
 */
export function createGuard(options: GuardOptions): Guard {
  // Nearly all requests name the same host.
  let latest: { readonly host: string; readonly name: string } | undefined;
  return {
    check({ headers }, ownOriginRules = false) {
      const host = headers['host'] ?? '';
      const name = latest?.host === host ? latest.name : hostName(host);
      if (name === undefined) return 'The Host header is missing or malformed.';
      if (latest?.host !== host) latest = { host, name };
      const reached = options.parentOfVirtualHost(name) ?? name;
      if (
        !isLoopbackName(reached) &&
        options.isS3Host?.(reached) !== true &&
        !options.allowedHosts.some((allowed) => covers(allowed, reached))
      ) {
        return `The host '${name}' is not one that this daemon answers to; add it to HEARTH_ALLOWED_HOSTS.`;
      }
      if (ownOriginRules) return undefined;
      const origin = headers['origin'];
      if (origin !== undefined) {
        return options.allowedOrigins.includes(origin)
          ? undefined
          : `Pages of the origin '${origin}' may not call this daemon; add it to HEARTH_ALLOWED_ORIGINS.`;
      }
      // Browsers leave Origin out of some requests (images, links), but never this. Every port of localhost is the same site.
      const site = headers['sec-fetch-site'];
      return site === undefined || site === 'none' || site === 'same-origin'
        ? undefined
        : 'A web page of another origin may not call this daemon.';
    },
  };
}

/** A listening name or address as it stands in URLs and in Host: lower case, IPv6 shortened and in brackets, without a zone. */
export function hostInUrl(host: string): string {
  return isIPv6(host) ? new URL(`http://[${host.replace(/%.*/, '')}]`).hostname : host.toLowerCase();
}

/** The host without port, lower case; an IPv6 address keeps its brackets. */
function hostName(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+?)\.?(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'));
}

function covers(allowed: string, name: string): boolean {
  return allowed.startsWith('.') ? name.endsWith(allowed) : allowed === name;
}
