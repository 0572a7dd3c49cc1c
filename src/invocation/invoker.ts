import type { FunctionVersion } from '#functions/function-record.ts';
import type { Invocation, InvocationAnswer, StreamedAnswer } from '#functions/invocation.ts';
import type { Admission } from './admission.ts';
import type { Placement, ProvisionedLease, ProvisionedPlacement } from './placement.ts';

/**
 * The path of one synchronous invocation: admit → acquire → run. The caller is answered when the runtime delivers; the
 * concurrency lease ends when the environment is free again. What is provisioned for the version goes first: there the environment
 * is the lease. When all of it is busy, the invocation spills over to environments on demand.
 */
export class Invoker {
  readonly #admission: Admission;
  readonly #placement: Placement;
  readonly #provisioned: ProvisionedPlacement;

  constructor(parts: { readonly admission: Admission; readonly placement: Placement; readonly provisioned: ProvisionedPlacement }) {
    this.#admission = parts.admission;
    this.#placement = parts.placement;
    this.#provisioned = parts.provisioned;
  }

  /** @throws AwsError when the invocation is throttled or no environment can be made */
  async invoke(version: FunctionVersion, invocation: Invocation): Promise<InvocationAnswer> {
    const provisioned = this.#takeProvisioned(version);
    if (provisioned !== undefined) return provisioned.invoke(invocation, NOTHING_TO_RELEASE);
    const lease = this.#admission.admit(version);
    try {
      const environment = await this.#placement.acquire(version);
      return await environment.invoke(invocation, () => lease.release());
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  /**
   * The same for a caller that passes the response on while it is written: function URLs and InvokeWithResponseStream. Resolves at
   * the first byte, or at the end if none came. The caller must read the body or discard it: what is not taken holds the function
   * back.
   * @throws AwsError as `invoke`
   */
  async invokeStreaming(version: FunctionVersion, invocation: Invocation): Promise<StreamedAnswer> {
    const provisioned = this.#takeProvisioned(version);
    if (provisioned !== undefined) return provisioned.invokeStreaming(invocation, NOTHING_TO_RELEASE);
    const lease = this.#admission.admit(version);
    try {
      const environment = await this.#placement.acquire(version);
      return await environment.invokeStreaming(invocation, () => lease.release());
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  #takeProvisioned(version: FunctionVersion): ProvisionedLease | undefined {
    const taken = this.#provisioned.take(version);
    if (taken === undefined) return undefined;
    try {
      this.#admission.admitRequest(version);
      return taken;
    } catch (error) {
      taken.giveBack();
      throw error;
    }
  }
}

const NOTHING_TO_RELEASE = (): void => undefined;
