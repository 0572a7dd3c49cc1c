import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

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
  readonly #keys = new Map<string, KeyObject>();
  readonly #capacity: number;

  /** `capacity`: each execution environment has a secret of its own, and uses it for a service or two. */
  constructor(capacity = 4096) {
    this.#capacity = capacity;
  }

  get(secretAccessKey: string, scope: CredentialScope): KeyObject {
    const id = `${secretAccessKey}\n${scope.date}\n${scope.region}\n${scope.service}`;
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    const key = createSecretKey(deriveSigningKey(secretAccessKey, scope));
    const [oldest] = this.#keys.keys();
    if (this.#keys.size >= this.#capacity && oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.set(id, key);
    return key;
  }
}

/** Lower-case hexadecimal HMAC-SHA256. */
export function hmacHex(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}
