/** One invocation as it travels from the API to an execution environment. Every value can be sent to another machine. */
export interface Invocation {
  readonly requestId: string;
  /** The ARN as invoked: with the qualifier when one was used. */
  readonly functionArn: string;
  /** The X-Ray header: `Root=1-…;Parent=…;Sampled=0`. */
  readonly traceId: string;
  /** JSON text, decoded from X-Amz-Client-Context. */
  readonly clientContext?: string;
  /** JSON bytes; never empty. */
  readonly event: Uint8Array;
  /** Collect the last 4 KB of this invocation's log; the answer then waits for the REPORT line. */
  readonly tailLog: boolean;
}

/** What the caller gets. A function error is an answer, too: its body is the error as JSON. */
export interface InvocationAnswer {
  readonly outcome: 'success' | 'function-error';
  readonly body: Uint8Array;
  /** Base64 of the last 4 KB of the log, when asked for. */
  readonly logTail?: string;
}

/** What a caller gets who wants the response while the function still writes it: at the first byte, or at the end if none came. */
export interface StreamedAnswer {
  /** As the runtime named it before the first byte. Undefined when it did not stream: the body is then a whole response, or empty. */
  readonly contentType: string | undefined;
  readonly body: ByteStream;
  /** How the response ended; with `tailLog` it is known after the REPORT line. Never rejects. */
  readonly completion: Promise<StreamEnd>;
}

/** Bytes that come bit by bit, for one reader. Whatever it has not taken yet holds the function back. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  /** Nobody reads on: what still comes is thrown away, and the function runs to its end unhindered. */
  discard(): void;
}

/** The end of a streamed response. */
export interface StreamEnd {
  /** The function's error as JSON. It may have failed before the first byte, or after some. */
  readonly error?: Uint8Array;
  /** Base64 of the last 4 KB of the log, when asked for. */
  readonly logTail?: string;
}
