import { UnreadableInput } from './unreadable-input.ts';

/** A body in the `aws-chunked` encoding, taken apart. */
export interface AwsChunkedBody {
  /** In order, the empty last chunk included: its signature covers the end of the data. */
  readonly chunks: readonly AwsChunk[];
  /** Lower-case names, `x-amz-trailer-signature` included. */
  readonly trailers: Readonly<Record<string, string>>;
}

export interface AwsChunk {
  /** A part of the body, not a copy. */
  readonly data: Buffer;
  /** Hexadecimal; undefined in the unsigned form. */
  readonly signature: string | undefined;
}

/** The longest line is a size with its signature, or a trailer with a checksum or signature. */
const MAX_LINE_BYTES = 8 * 1024;
const CHUNK_LINE = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-fA-F]+))?$/;
const CRLF = '\r\n';

/**
 * Parses `<size in hex>[;chunk-signature=<hex>]\r\n<data>\r\n` up to the chunk of size zero, and the trailer lines after it.
 * Signatures are not checked here.
 * @throws UnreadableInput when the framing is broken or the body ends too early
 */
export function parseAwsChunked(body: Buffer): AwsChunkedBody {
  const chunks: AwsChunk[] = [];
  let at = 0;
  for (;;) {
    const line = lineAt(body, at);
    const [, size, signature] = CHUNK_LINE.exec(line) ?? [];
    if (size === undefined) throw broken();
    at += line.length + CRLF.length;
    const length = Number.parseInt(size, 16);
    if (length === 0) {
      chunks.push({ data: body.subarray(at, at), signature });
      return { chunks, trailers: trailersAt(body, at) };
    }
    if (at + length + CRLF.length > body.length || body.toString('latin1', at + length, at + length + CRLF.length) !== CRLF) throw broken();
    chunks.push({ data: body.subarray(at, at + length), signature });
    at += length + CRLF.length;
  }
}

/** The plain bytes; a single chunk is not copied. */
export function joinChunks({ chunks }: AwsChunkedBody): Buffer {
  const data = chunks.filter((chunk) => chunk.data.length > 0);
  return data.length === 1 && data[0] !== undefined ? data[0].data : Buffer.concat(data.map((chunk) => chunk.data));
}

function lineAt(body: Buffer, at: number): string {
  const end = body.indexOf(CRLF, at, 'latin1');
  if (end === -1 || end - at > MAX_LINE_BYTES) throw broken();
  return body.toString('latin1', at, end);
}

/** The empty line at the end may be missing: some clients stop after the last trailer. */
function trailersAt(body: Buffer, start: number): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const line of body.toString('latin1', start).split(/\r?\n/)) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon < 1) throw broken();
    trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return trailers;
}

function broken(): UnreadableInput {
  return new UnreadableInput('The request body is not valid aws-chunked encoding');
}
