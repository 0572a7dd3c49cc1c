import { createHmac } from 'node:crypto';
import { RecentlyUsed } from '#base/recently-used.ts';
import { HmacKey } from './hmac-key.ts';

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

/** Remembers derived keys, which change once a day. Never remembers a signature. */
export class SigningKeys {
  readonly #proven: RecentlyUsed<string, HmacKey>;
  /** The same for a scope that is the very object of before, as it is in a row of requests with the same credentials. */
  readonly #ofScope = new WeakMap<CredentialScope, { readonly secretAccessKey: string; readonly key: HmacKey }>();

  /** `capacity`: each execution environment has a secret of its own, and uses it for a service or two. */
  constructor(capacity = 4096) {
    this.#proven = new RecentlyUsed(capacity);
  }

  /**
   * Hands the key of this secret and scope to `verify`, and remembers it unless that throws: a scope is whatever the request says,
   * so that one without a right signature must not displace keys that are in use.
   */
  use<Result>(secretAccessKey: string, scope: CredentialScope, verify: (key: HmacKey) => Result): Result {
    const known = this.#ofScope.get(scope);
    if (known?.secretAccessKey === secretAccessKey) return verify(known.key);
    const id = `${secretAccessKey}\n${scope.date}\n${scope.region}\n${scope.service}`;
    const key = this.#proven.get(id) ?? new HmacKey(deriveSigningKey(secretAccessKey, scope));
    const result = verify(key);
    this.#proven.set(id, key);
    this.#ofScope.set(scope, { secretAccessKey, key });
    return result;
  }
}
