import type { WireRequest, WireResponse } from '#aws/wire/message.ts';

/**
 * A way in beside the AWS APIs: health, code downloads; later function URLs and the console. A door maps HTTP onto a port that
 * `platform.ts` hands in. Doors do their own authentication.
 */
export interface Door {
  /** Also serves requests from inside execution environments; a door that does not say so is open to the outer listener only. */
  readonly openToEnvironments?: true;
  matches(request: Pick<WireRequest, 'method' | 'path'>): boolean;
  handle(request: WireRequest): Promise<WireResponse> | WireResponse;
}
