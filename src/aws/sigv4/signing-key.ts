import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { RecentlyUsed } from '#base/recently-used.ts';

/** What a signature is valid for: `date/region/service/aws4_request`. */
export interface CredentialScope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export function scopeText({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/** Derives the key of one secret and scope. Source: "Create a signed AWS API request", step 4. */
export function deriveSigningKey(secretAccessKey: string, scope: CredentialScope): Buffer {
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, scope.date), scope.region), scope.service), 'aws4_request');
}

/**
 * Remembers derived keys, which change once a day. Never remembers a signature. A key object, since making one of a buffer for
 * each signature costs six times the HMAC itself.
 */
export class SigningKeys {
  readonly #proven: RecentlyUsed<string, KeyObject>;

  /** `capacity`: each execution environment has a secret of its own, and uses it for a service or two. */
  constructor(capacity = 4096) {
    this.#proven = new RecentlyUsed(capacity);
  }

  /**
   * Hands the key of this secret and scope to `verify`, and remembers it unless that throws: a scope is whatever the request says,
   * so that one without a right signature must not displace keys that are in use.
   */
  use<Result>(secretAccessKey: string, scope: CredentialScope, verify: (key: KeyObject) => Result): Result {
    const id = `${secretAccessKey}\n${scope.date}\n${scope.region}\n${scope.service}`;
    const key = this.#proven.get(id) ?? createSecretKey(deriveSigningKey(secretAccessKey, scope));
    const result = verify(key);
    this.#proven.set(id, key);
    return result;
  }
}

/** Lower-case hexadecimal HMAC-SHA256. */
export function hmacHex(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}
