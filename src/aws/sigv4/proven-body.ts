import { createHash } from 'node:crypto';
import { readAwsChunked } from '#aws/wire/aws-chunked.ts';
import type { IncomingBody, WireRequest } from '#aws/wire/message.ts';
import { UnreadableInput } from '#aws/wire/unreadable-input.ts';
import { chunkedForm, incompleteBody, isChunked, SignatureChain } from './chunk-signatures.ts';
import type { ChunkSigning } from './chunk-signatures.ts';
import { isPayloadDigest, payloadMismatch } from './verify-signature.ts';
import type { PayloadHash } from './verify-signature.ts';

const NO_TRAILERS: Readonly<Record<string, string>> = {};

/** What the head of a request to S3 has proven, and what is to be held against its body. */
export interface BodyClaim {
  readonly payloadHash: PayloadHash;
  /** Undefined when signatures are not to be checked. */
  readonly signing: ChunkSigning | undefined;
}

/**
 * A body that is checked while it flows: against the digest that was signed, or chunk by chunk against the chain of signatures. The
 * error comes at the end of the bytes, or of the chunk, so whoever reads must not act on them before the end.
 * @throws AwsError XAmzContentSHA256Mismatch, SignatureDoesNotMatch, IncompleteBody; NotImplemented at once
 */
export function provenBody(head: Omit<WireRequest, 'body'>, source: AsyncIterable<Uint8Array>, claim: BodyClaim): IncomingBody {
  const { headers } = head;
  const chunked = isChunked(claim.payloadHash);
  const length = headers[chunked ? 'x-amz-decoded-content-length' : 'content-length'];
  const known = {
    sizeBytes: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined,
    trailerNames: chunked ? namesIn(headers['x-amz-trailer']) : [],
  };
  return chunked ? chunkedBody(source, claim, known) : plainBody(source, claim, known);
}

type Known = Pick<IncomingBody, 'sizeBytes' | 'trailerNames'>;

function namesIn(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

function plainBody(source: AsyncIterable<Uint8Array>, { payloadHash, signing }: BodyClaim, known: Known): IncomingBody {
  const digest = signing !== undefined && isPayloadDigest(payloadHash) ? createHash('sha256') : undefined;
  return {
    ...known,
    trailers: () => NO_TRAILERS,
    async *[Symbol.asyncIterator]() {
      for await (const bytes of source) {
        digest?.update(bytes);
        yield bytes;
      }
      const computed = digest?.digest('hex') ?? payloadHash;
      if (computed !== payloadHash) throw payloadMismatch(payloadHash, computed);
    },
  };
}

function chunkedBody(source: AsyncIterable<Uint8Array>, { payloadHash, signing }: BodyClaim, known: Known): IncomingBody {
  const form = chunkedForm(payloadHash);
  const chain = form.signed && signing !== undefined ? new SignatureChain(signing) : undefined;
  let trailers = NO_TRAILERS;
  return {
    ...known,
    trailers: () => trailers,
    async *[Symbol.asyncIterator]() {
      let sizeBytes = 0;
      let signature = '';
      let digest = createHash('sha256');
      const verifyChunk = (): void => chain?.verifyChunk(digest.digest('hex'), signature);
      let begun = false;
      for await (const part of readable(readAwsChunked(source))) {
        switch (part.kind) {
          case 'chunk':
            if (begun) verifyChunk();
            begun = true;
            signature = part.signature ?? '';
            digest = createHash('sha256');
            break;
          case 'data':
            sizeBytes += part.bytes.length;
            if (chain !== undefined) digest.update(part.bytes);
            yield part.bytes;
            break;
          case 'trailers': {
            verifyChunk();
            if (form.trailer) {
              chain?.verifyTrailer(part.trailers);
              const { 'x-amz-trailer-signature': _, ...others } = part.trailers;
              trailers = others;
            }
            break;
          }
        }
      }
      if (known.sizeBytes !== undefined && sizeBytes !== known.sizeBytes) throw incompleteBody();
    },
  };
}

async function* readable<Part>(parts: AsyncIterable<Part>): AsyncGenerator<Part, void, undefined> {
  try {
    yield* parts;
  } catch (error) {
    if (!(error instanceof UnreadableInput)) throw error;
    throw incompleteBody();
  }
}
