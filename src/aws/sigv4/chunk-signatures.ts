import { hash } from 'node:crypto';
import { AwsError } from '#aws/errors.ts';
import { invalidSignature } from './auth-errors.ts';
import type { PayloadHash } from './verify-signature.ts';
import { equalText } from './verify-signature.ts';
import type { HmacKey } from './hmac-key.ts';

/** Everything that the signature of a chunk covers besides its bytes. */
export interface ChunkSigning {
  readonly key: HmacKey;
  readonly date: string;
  /** `date/region/service/aws4_request`. */
  readonly scope: string;
  /** The signature of the request's head. */
  readonly seedSignature: string;
}

const SHA256_EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export function isChunked(payloadHash: PayloadHash): boolean {
  return payloadHash.startsWith('STREAMING-');
}

/** Which parts of a chunked body there are. @throws AwsError NotImplemented for a form that is none of S3's with a shared secret */
export function chunkedForm(payloadHash: PayloadHash): { readonly signed: boolean; readonly trailer: boolean } {
  const signed = payloadHash === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' || payloadHash === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
  if (!signed && payloadHash !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw new AwsError('NotImplemented', `The transfer form ${payloadHash.slice(0, 64)} is not implemented`, { status: 501 });
  }
  // Only the trailer forms have a trailer: elsewhere nobody vouches for what follows the last chunk.
  return { signed, trailer: payloadHash.endsWith('-TRAILER') };
}

export function incompleteBody(): AwsError {
  return new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
}

/**
 * Each signature covers the one before it, the first that of the head.
 * Source: "Signature calculations for the authorization header: transferring payload in multiple chunks".
 */
export class SignatureChain {
  readonly #signing: ChunkSigning;
  #previous: string;

  constructor(signing: ChunkSigning) {
    this.#signing = signing;
    this.#previous = signing.seedSignature;
  }

  /** `digest`: SHA-256 of the chunk's bytes, in lower-case hexadecimal. */
  verifyChunk(digest: string, signature: string): void {
    this.#verify('AWS4-HMAC-SHA256-PAYLOAD', `${SHA256_EMPTY}\n${digest}`, signature);
  }

  /** The trailer lines in the order in which they were sent, without their own signature. */
  verifyTrailer({ 'x-amz-trailer-signature': signature, ...trailers }: Readonly<Record<string, string>>): void {
    const text = Object.entries(trailers).map(([name, value]) => `${name}:${value}\n`);
    this.#verify('AWS4-HMAC-SHA256-TRAILER', hash('sha256', text.join('')), signature ?? '');
  }

  #verify(algorithm: string, digests: string, signature: string): void {
    const { key, date, scope } = this.#signing;
    const expected = key.sign(`${algorithm}\n${date}\n${scope}\n${this.#previous}\n${digests}`);
    if (!equalText(expected, signature)) throw invalidSignature('s3');
    this.#previous = signature;
  }
}
