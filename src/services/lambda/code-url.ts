import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WireResponse } from '#aws/wire/message.ts';
import type { Clock } from '#base/clock.ts';
import { BlobNotFound, type BlobStore } from '#storage/blob-store.ts';

/** Where the gateway must serve {@link CodeUrls.download}, before authentication: the signature in the link is the permission. */
export const CODE_URL_PREFIX = '/_hearth/code/';

/** GetFunction's documentation: the link is valid for 10 minutes. */
const VALID_SECONDS = 600;

const PATH = /^\/_hearth\/code\/([0-9a-f]{64})$/;

/**
 * Links under which a code package can be downloaded without credentials: `/_hearth/code/<digest>?expires=…&signature=…`. The
 * signature is an HMAC over digest and expiry with a secret of this process, so links die with it.
 */
export class CodeUrls {
  readonly #secret: string;
  readonly #clock: Clock;
  readonly #blobs: Pick<BlobStore, 'get' | 'size'>;

  constructor(options: { readonly secret: string; readonly clock: Clock; readonly blobs: Pick<BlobStore, 'get' | 'size'> }) {
    this.#secret = options.secret;
    this.#clock = options.clock;
    this.#blobs = options.blobs;
  }

  /** `endpoint` is `http://host:port` as the client addressed us. */
  sign(endpoint: string, digest: string): string {
    const expires = Math.floor(this.#clock.wallMs() / 1000) + VALID_SECONDS;
    return `${endpoint}${CODE_URL_PREFIX}${digest}?expires=${expires}&signature=${this.#signature(digest, expires)}`;
  }

  /** The digest that a link gives access to, `expired`, or `invalid`. */
  verify(path: string, query: string): CodeUrlVerdict {
    const digest = PATH.exec(path)?.[1];
    const parameters = new URLSearchParams(query);
    const expires = Number(parameters.get('expires'));
    const given = Buffer.from(parameters.get('signature') ?? '', 'utf8');
    if (digest === undefined || !Number.isSafeInteger(expires)) return { verdict: 'invalid' };
    const right = Buffer.from(this.#signature(digest, expires), 'utf8');
    if (given.length !== right.length || !timingSafeEqual(given, right)) return { verdict: 'invalid' };
    if (this.#clock.wallMs() >= expires * 1000) return { verdict: 'expired' };
    return { verdict: 'valid', digest };
  }

  /** Answers a GET of a link: the zip, or an error in the form that S3 gives. */
  async download(path: string, query: string): Promise<WireResponse> {
    const link = this.verify(path, query);
    switch (link.verdict) {
      case 'invalid':
        return refusal(403, 'SignatureDoesNotMatch', 'The signature of this link is not valid.');
      case 'expired':
        return refusal(403, 'AccessDenied', 'Request has expired');
      case 'valid':
        return this.#send(link.digest);
    }
  }

  async #send(digest: string): Promise<WireResponse> {
    const missing = (): WireResponse => refusal(404, 'NoSuchKey', 'The specified key does not exist.');
    const size = await this.#blobs.size(digest);
    if (size === undefined) return missing();
    try {
      const body = await this.#blobs.get(digest);
      return { status: 200, headers: { 'content-type': 'application/zip', 'content-length': String(size) }, body };
    } catch (error) {
      if (error instanceof BlobNotFound) return missing();
      throw error;
    }
  }

  #signature(digest: string, expires: number): string {
    return createHmac('sha256', this.#secret).update(`${digest}\n${expires}`).digest('hex');
  }
}

export type CodeUrlVerdict =
  | { readonly verdict: 'valid'; readonly digest: string }
  | { readonly verdict: 'invalid' }
  | { readonly verdict: 'expired' };

function refusal(status: number, code: string, message: string): WireResponse {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
