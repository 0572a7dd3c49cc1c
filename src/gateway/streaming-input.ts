import { AwsError } from '#aws/errors.ts';
import { bucketOfHost } from '#aws/wire/bucket-host.ts';
import type { IncomingBody, ServiceWire, WireCall } from '#aws/wire/message.ts';
import type { BodyLease } from './body-budget.ts';
import { noRoom, withBody } from './http-exchange.ts';
import type { RequestHead } from './http-exchange.ts';

/** Ten thousand parts with their checksums, in CompleteMultipartUpload. */
const MAX_DOCUMENT_BYTES = 4_194_304;

/** The wire knows buckets in paths only; a signature covers the path as it was sent. */
export function withBucketInPath(head: RequestHead): RequestHead {
  const bucket = bucketOfHost(head.headers['host'] ?? '');
  return bucket === undefined ? head : { ...head, path: `/${bucket}${head.path}` };
}

/**
 * The input of an operation of a service that streams bodies: with the body itself where it is a stream of bytes, else read from the
 * whole document.
 * @throws AwsError when body or input cannot be read or are invalid
 */
export async function readStreamingInput(
  wire: ServiceWire,
  call: WireCall,
  head: RequestHead,
  { body, lease }: { readonly body: IncomingBody; readonly lease: BodyLease },
): Promise<Record<string, unknown>> {
  const { streamedMember } = call;
  if (streamedMember !== undefined) return { ...call.readInput(), [streamedMember]: body };
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_DOCUMENT_BYTES) {
      throw new AwsError('MaxMessageLengthExceeded', 'Your request was too big.');
    }
    if (!lease.growTo(sizeBytes)) throw noRoom();
    chunks.push(chunk);
  }
  return sizeBytes === 0 ? call.readInput() : wire.open(withBody(head, Buffer.concat(chunks))).readInput();
}

/** A body that has come already. */
export function bodyInMemory(bytes: Uint8Array): IncomingBody {
  return {
    sizeBytes: bytes.length,
    trailerNames: [],
    trailers: () => ({}),
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve(bytes);
    },
  };
}
