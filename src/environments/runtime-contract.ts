import type { Clock } from '#base/clock.ts';
import type { SandboxExit } from '#sandboxes/sandbox.ts';
import type { ExtensionRecord } from '#telemetry/extension-record.ts';
import type { TelemetryStream } from '#telemetry/telemetry-stream.ts';
import type { ExtensionHostOptions, ExtensionSubscription } from './extensions/extension-host.ts';
import type { ExtensionFailure } from './extensions/extension-set.ts';
import type { RuntimeErrorReport } from './runtime-api/runtime-link.ts';

/** What a `SandboxedRuntime` is given, and what it tells. */

export interface RuntimeOptions {
  readonly clock: Clock;
  /** Speak frames with our own bootstrap; otherwise the HTTP Runtime API. */
  readonly framed: boolean;
  readonly initTimeoutMs: number;
  readonly freezeGraceMs: number;
  readonly extensions: RuntimeExtensions;
  /** The CPU share once the init phase is over, in cores. */
  readonly cpus: number;
  /** Runs work when what is being answered has been written. */
  readonly defer: (work: () => void) => void;
  /** Something went wrong that no invocation can be told of. */
  readonly onFault: (error: unknown) => void;
}

/** What extensions of a runtime need. */
export interface RuntimeExtensions extends Pick<ExtensionHostOptions, 'ids' | 'external' | 'about'> {
  /** Called once, when the first extension shows itself. */
  openTelemetry(): TelemetryStream;
}

/** How often environments were stopped and let go on. */
export interface FreezeCounts {
  readonly freezes: number;
  readonly thaws: number;
}

/** What the runtime delivered for the caller. */
export interface Delivery {
  /** Empty when the response was streamed, and did not fail. */
  readonly body: Buffer;
  readonly error: RuntimeErrorReport | undefined;
}

/** How an invocation ended. */
export type RuntimeEnd =
  | { readonly status: 'success' }
  | { readonly status: 'error'; readonly errorType: string }
  | { readonly status: 'timeout' }
  | { readonly status: 'crash'; readonly exit: SandboxExit }
  | { readonly status: 'extension'; readonly failure: ExtensionFailure };

export type InitFailure =
  | { readonly status: 'error'; readonly error: RuntimeErrorReport }
  | { readonly status: 'timeout' }
  | { readonly status: 'exit'; readonly exit: SandboxExit }
  | { readonly status: 'extension'; readonly failure: ExtensionFailure }
  /** There is nothing to run: a custom runtime without a `bootstrap`, or with one that the kernel would refuse. */
  | { readonly status: 'no-entrypoint'; readonly reason: string };

export interface RuntimeObserver {
  output(chunk: Buffer): void;
  /** What external extensions wrote. */
  extensionOutput(chunk: Buffer): void;
  subscribed(subscription: ExtensionSubscription): void;
  initialised(extensions: readonly ExtensionRecord[]): void;
  initFailed(failure: InitFailure, extensions: readonly ExtensionRecord[]): void;
  /** Only with extensions: the runtime asked for the next event, and they may be at work still. */
  runtimeDone(times: RuntimeTimes): void;
  /** The response will come by `streamed`, and end with `answered`. */
  streamBegan(contentType: string): void;
  /** Returns an error to end the response with, which is then `answered`: the rest is not wanted. */
  streamed(chunk: Buffer): RuntimeErrorReport | undefined;
  /** The caller can be answered; `settled` follows. */
  answered(delivery: Delivery): void;
  /** The invocation is over: the runtime asked for the next event, or is gone. Without an `answered` before, nothing was delivered. */
  settled(end: RuntimeEnd, durationMs: number): void;
  /** The runtime cannot be used again; `gone` resolves when nothing of it is left. */
  died(gone: Promise<void>): void;
}

/** What a runtime did with one invocation, in milliseconds since it got the event. */
export interface RuntimeTimes {
  readonly durationMs: number;
  /** Until the response began, and until it was there; undefined when there was none. */
  readonly response: { readonly beganMs: number; readonly endedMs: number } | undefined;
  readonly producedBytes: number;
  /** Of the error that it reported. */
  readonly errorType: string | undefined;
}
