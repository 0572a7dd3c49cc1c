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
  /**
   * The SDK's typed input, checked against the model's constraints.
   * @throws AwsError with AWS's code and text when the input cannot be read or is invalid, or the operation is unknown
   */
  readInput(): Record<string, unknown>;
  writeOutput(output: unknown, requestId: string): WireResponse;
  writeError(error: AwsError, requestId: string): WireResponse;
}
