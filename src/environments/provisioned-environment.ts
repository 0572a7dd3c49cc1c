import type { Lease } from '#base/lease.ts';
import type { Invocation, InvocationAnswer, StreamedAnswer } from '#functions/invocation.ts';
import type { Environment } from './environment.ts';
import type { PooledEnvironment } from './environment-pool.ts';

/**
 * An environment that is kept ready. It serves while it holds a concurrency lease, which is its own: the invocations on it take
 * none. The same object is handed out for each of them.
 */
export class ProvisionedEnvironment implements PooledEnvironment {
  readonly environment: Environment;
  readonly #onFree: (environment: ProvisionedEnvironment) => void;
  /** Present while it serves. */
  lease: Lease | undefined;
  busy = false;

  constructor(environment: Environment, onFree: (environment: ProvisionedEnvironment) => void) {
    this.environment = environment;
    this.#onFree = onFree;
  }

  invoke(invocation: Invocation, onSettled: () => void): Promise<InvocationAnswer> {
    return this.environment.invoke(invocation, () => this.#settle(onSettled));
  }

  invokeStreaming(invocation: Invocation, onSettled: () => void): Promise<StreamedAnswer> {
    return this.environment.invokeStreaming(invocation, () => this.#settle(onSettled));
  }

  /** For whoever took it and runs nothing. */
  giveBack(): void {
    this.#onFree(this);
  }

  #settle(onSettled: () => void): void {
    this.#onFree(this);
    onSettled();
  }
}
