import type { WireRequest, WireResponse } from '#aws/wire/message.ts';
import type { RequestOrigin } from './authenticate.ts';
import type { BodyRefusal } from './http-exchange.ts';

/**
 * A way in beside the AWS APIs: health, code downloads, function URLs. A door maps HTTP onto a port that `platform.ts` hands in. Doors
 * do their own authentication.
 */
export interface Door {
  /** Also serves requests from inside execution environments; a door that does not say so is open to the outer listener only. */
  readonly openToEnvironments?: true;
  /** Has rules of its own for web pages of other origins: the gateway neither refuses them nor answers for it. */
  readonly ownOriginRules?: true;
  matches(head: Pick<WireRequest, 'method' | 'path' | 'headers'>): boolean;
  handle(request: DoorRequest): Promise<DoorResponse> | DoorResponse;
}

export interface DoorRequest extends Omit<WireRequest, 'body'> {
  readonly httpVersion: string;
  /** Names as sent and values in turns, repeated ones apart. */
  readonly rawHeaders: readonly string[];
  /** Of whoever opened the connection. */
  readonly sourceIp: string;
  readonly origin: RequestOrigin;
  /** Reads the body, up to so many bytes. One that is never asked for is thrown away. @throws ClientGone */
  readBody(maxBytes: number): Promise<Buffer | BodyRefusal>;
  /** Aborted when the client goes away before the answer is written. Ask once. */
  readonly signal: AbortSignal;
}

export interface DoorResponse extends WireResponse {
  /** Values of `Set-Cookie`, each a header of its own. */
  readonly cookies?: readonly string[];
}
