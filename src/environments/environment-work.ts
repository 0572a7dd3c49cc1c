import type { Invocation, InvocationAnswer } from '#functions/invocation.ts';
import type { ResponseSink } from './response-sink.ts';
import type { InitFailure } from './runtime-contract.ts';

/** An invocation in an environment. */
export interface Running {
  readonly invocation: Invocation;
  readonly resolve: (answer: InvocationAnswer) => void;
  readonly onSettled: () => void;
  /** How long the init phase took that came first; 0 when the runtime was ready. */
  repeatedInitMs: number;
  answer: InvocationAnswer | undefined;
  /** Takes a response that comes in chunks; made when one begins, unless the caller wants to be given chunks. */
  sink: ResponseSink | undefined;
}

/** An init phase on its way. */
export interface PendingInit {
  readonly phase: 'init' | 'invoke';
  readonly startedMs: number;
  readonly startedWallMs: number;
  /** When the runtime was ready, since the start; extensions may take longer. */
  runtimeDoneMs: number | undefined;
  readonly resolve: (failure: InitFailure | undefined) => void;
}
