import type { FunctionVersion } from '#functions/function-record.ts';
import type { Invocation, InvocationAnswer, StreamedAnswer } from '#functions/invocation.ts';

/** Finds an execution environment for a version: an idle one, or a new one. Local today; another node's in a fleet. */
export interface Placement {
  /** @throws AwsError when no environment can be made */
  acquire(version: FunctionVersion): Promise<EnvironmentLease>;
}

/** Environments that are kept ready, and have their concurrency already. */
export interface ProvisionedPlacement {
  /** One that can run at once; synchronous, and undefined when all are busy or none is provisioned. */
  take(version: FunctionVersion): ProvisionedLease | undefined;
}

export interface ProvisionedLease extends EnvironmentLease {
  /** Instead of an invocation. */
  giveBack(): void;
}

/** An environment that serves this caller alone until its invocation has settled. */
export interface EnvironmentLease {
  /**
   * Resolves when the runtime has delivered. `onSettled` is called once, when the environment is free again or gone: until
   * then the invocation counts against concurrency. Never rejects.
   */
  invoke(invocation: Invocation, onSettled: () => void): Promise<InvocationAnswer>;
  /** The same, but resolves when the response begins. Whoever gets it must read or discard its body. */
  invokeStreaming(invocation: Invocation, onSettled: () => void): Promise<StreamedAnswer>;
}
