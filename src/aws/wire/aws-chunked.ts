import { UnreadableInput } from './unreadable-input.ts';

/** What a body in the `aws-chunked` encoding consists of, in the order in which it arrives. */
export type ChunkedPart =
  /** A chunk begins; the one of size zero is the last. */
  | { readonly kind: 'chunk'; readonly sizeBytes: number; readonly signature: string | undefined }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  /** After the last chunk. Names are in lower case, `x-amz-trailer-signature` among them. */
  | { readonly kind: 'trailers'; readonly trailers: Readonly<Record<string, string>> };

/** The longest line is a size with its signature, or a trailer with a checksum or signature. */
const MAX_LINE_BYTES = 8 * 1024;
/** One checksum and one signature are what there is. */
const MAX_TRAILERS = 16;
const CHUNK_LINE = /^([0-9a-fA-F]{1,10})(?:;chunk-signature=([0-9a-fA-F]+))?$/;

/**
 * Takes `<size in hex>[;chunk-signature=<hex>]\r\n<data>\r\n … 0 … [trailers] \r\n` apart while it arrives; holds no more than the
 * piece in hand. Signatures are not checked here.
 * @throws UnreadableInput when the framing is broken or the body ends too early
 */
export async function* readAwsChunked(source: AsyncIterable<Uint8Array>): AsyncGenerator<ChunkedPart, void, undefined> {
  const bytes = new Bytes(source);
  try {
    for (;;) {
      const [, size, signature] = CHUNK_LINE.exec((await bytes.line()) ?? '') ?? [];
      if (size === undefined) throw broken();
      const sizeBytes = Number.parseInt(size, 16);
      yield { kind: 'chunk', sizeBytes, signature };
      if (sizeBytes === 0) break;
      for (let left = sizeBytes; left > 0;) {
        const data = await bytes.take(left);
        if (data === undefined) throw broken();
        left -= data.length;
        yield { kind: 'data', bytes: data };
      }
      if ((await bytes.line()) !== '') throw broken();
    }
    yield { kind: 'trailers', trailers: await readTrailers(bytes) };
  } finally {
    await bytes.close();
  }
}

/** The empty line at the end may be missing: some clients stop after the last trailer. */
async function readTrailers(bytes: Bytes): Promise<Readonly<Record<string, string>>> {
  const trailers: Record<string, string> = {};
  for (let count = 0; ; count++) {
    const line = await bytes.lastLine();
    if (line === undefined || line === '') break;
    const colon = line.indexOf(':');
    if (colon < 1 || count === MAX_TRAILERS) throw broken();
    trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  if ((await bytes.take(1)) !== undefined) throw broken();
  return trailers;
}

/** Lines and runs of bytes, from pieces that are cut anywhere. */
class Bytes {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** Up to `max` bytes; undefined at the end. */
  async take(max: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) if (!(await this.#more())) return undefined;
    const taken = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** Up to the next CRLF, which is left out; undefined when the body ends before it. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf('\r\n', 0, 'latin1');
      if (end > MAX_LINE_BYTES || (end === -1 && this.#rest.length > MAX_LINE_BYTES + 1)) throw broken();
      if (end !== -1) {
        const line = this.#rest.toString('latin1', 0, end);
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      if (!(await this.#more())) return undefined;
    }
  }

  /** A line, or what is left of the body. */
  async lastLine(): Promise<string | undefined> {
    const line = await this.line();
    if (line !== undefined || this.#rest.length === 0) return line;
    const rest = this.#rest.toString('latin1');
    this.#rest = Buffer.alloc(0);
    return rest;
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #more(): Promise<boolean> {
    const next = await this.#pieces.next();
    if (next.done === true) return false;
    const piece = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    return true;
  }
}

function broken(): UnreadableInput {
  return new UnreadableInput('The request body is not valid aws-chunked encoding');
}
