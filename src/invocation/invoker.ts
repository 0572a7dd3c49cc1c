import type { FunctionVersion } from '#functions/function-record.ts';
import type { Invocation, InvocationAnswer, StreamedAnswer } from '#functions/invocation.ts';
import type { Admission } from './admission.ts';
import type { Placement } from './placement.ts';

/**
 * The path of one synchronous invocation: admit → acquire → run. The caller is answered when the runtime delivers; the
 * concurrency lease ends when the environment is free again.
 */
export class Invoker {
  readonly #admission: Admission;
  readonly #placement: Placement;

  constructor(parts: { readonly admission: Admission; readonly placement: Placement }) {
    this.#admission = parts.admission;
    this.#placement = parts.placement;
  }

  /** @throws AwsError when the invocation is throttled or no environment can be made */
  async invoke(version: FunctionVersion, invocation: Invocation): Promise<InvocationAnswer> {
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
    const lease = this.#admission.admit(version);
    try {
      const environment = await this.#placement.acquire(version);
      return await environment.invokeStreaming(invocation, () => lease.release());
    } catch (error) {
      lease.release();
      throw error;
    }
  }
}
