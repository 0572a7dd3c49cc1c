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
