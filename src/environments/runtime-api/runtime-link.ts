import type { InvokeMeta } from './frames.ts';

/**
 * How the platform talks to the runtime process of one environment: by frames to our own bootstraps, by the HTTP Runtime API to
 * everyone else. Both carry the same events, so that nothing behind this port can tell them apart.
 */
export interface RuntimeLink {
  /** Hands the event to the runtime, which asked for it before. */
  invoke(attempt: number, meta: InvokeMeta, event: Uint8Array): void;
  /** Reads no more of a streamed response, so that the runtime comes to wait, until `release`. */
  hold(): void;
  release(): void;
  close(): void;
}

/** What the runtime says. `attempt` 0 belongs to the init phase. */
export interface RuntimeListener {
  ready(attempt: number): void;
  /** `ready`: the runtime asked for the next event in the same breath. */
  response(attempt: number, body: Buffer, ready: boolean): void;
  error(attempt: number, error: RuntimeErrorReport): void;
  /** A response begins that comes in chunks: `streamed` for each, then one `streamEnded`. */
  streamBegan(attempt: number, contentType: string): void;
  /** False when the rest of the response is not wanted: it is read, thrown away, and its end is not told. */
  streamed(attempt: number, chunk: Buffer): boolean;
  /** `error`: the function failed, perhaps after some chunks. */
  streamEnded(attempt: number, error: RuntimeErrorReport | undefined): void;
  /** It broke off instead: the runtime is ending, or will ask for the next event. */
  streamBroken(attempt: number): void;
  initError(error: RuntimeErrorReport): void;
  /** The runtime broke the protocol; nothing more it says is trusted. */
  violation(reason: string): void;
  /** The runtime closed its side: it is ending, or will never say anything again. */
  closed(): void;
}

/** What a runtime reports when the function failed: the body goes to the caller unchanged. */
export interface RuntimeErrorReport {
  /** `Category.Reason`, or the language's own error type. */
  readonly type: string;
  readonly body: Buffer;
}
