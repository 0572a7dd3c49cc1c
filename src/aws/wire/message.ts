import type { AwsError } from '#aws/errors.ts';

/** An HTTP request with its whole body, as the wire reads it. */
export interface WireRequest {
  readonly method: string;
  /** As received: still percent-encoded, without the query. */
  readonly path: string;
  /** As received, without the question mark; empty when there is none. */
  readonly query: string;
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** An iterable is streamed (event streams, downloads). */
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array>;
}

/** The body of a request that is handed to its operation while it arrives. It is proven once it was read to its end, not before. */
export interface IncomingBody extends AsyncIterable<Uint8Array> {
  /** How many bytes the client says there are, without the framing of chunks; undefined when it does not say. */
  readonly sizeBytes: number | undefined;
  /** Lower-case names of the trailers that the head announces: checksums, as a rule. */
  readonly trailerNames: readonly string[];
  /** The trailers themselves, once the body was read to its end. */
  trailers(): Readonly<Record<string, string>>;
}

/** The wire of one service, made from the SDK's schemas. */
export interface ServiceWire {
  /** Recognises protocol and operation from head and body. Never throws. */
  open(request: WireRequest): WireCall;
  /** Names of all operations of the model, sorted. */
  readonly operationNames: readonly string[];
}

/** One request on its way through: the protocol is fixed, errors can be written. */
export interface WireCall {
  /** Undefined when no operation of the service matches. */
  readonly operation: string | undefined;
  /** The member of the input that is the body itself, as a stream of bytes (PutObject's `Body`); undefined for most operations. */
  readonly streamedMember: string | undefined;
  /**
   * The SDK's typed input, checked against the model's constraints.
   * @throws AwsError with AWS's code and text when the input cannot be read or is invalid, or the operation is unknown
   */
  readInput(): Record<string, unknown>;
  writeOutput(output: unknown, requestId: string): WireResponse;
  writeError(error: AwsError, requestId: string): WireResponse;
}
