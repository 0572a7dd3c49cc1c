import type { Caller } from '#aws/caller.ts';

/** An HTTP request to a function URL that may be answered. */
export interface UrlRequest {
  readonly requestId: string;
  /** The URL's id. */
  readonly id: string;
  readonly method: string;
  /** Below the URL, still percent-encoded; begins with a slash. */
  readonly path: string;
  /** As received, without the question mark. */
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names as sent and values in turns, repeated ones apart. */
  readonly rawHeaders: readonly string[];
  readonly httpVersion: string;
  readonly sourceIp: string;
  readonly body: Buffer;
  /** Undefined where anybody may call. */
  readonly caller: Caller | undefined;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

export interface UrlResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array>;
}
