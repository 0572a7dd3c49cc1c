import type { ServerResponse } from 'node:http';
import type { Caller } from '#aws/caller.ts';
import type { RequestContext } from '#aws/service.ts';
import type { WireResponse } from '#aws/wire/message.ts';
import { ClientGone } from './http-exchange.ts';

/** What an operation learns of its request. The signal is made when it is asked for, since hardly any operation does. */
export class OperationContext implements RequestContext {
  readonly caller: Caller;
  readonly region: string;
  readonly requestId: string;
  readonly endpoint: string;
  readonly traceHeader: string | undefined;
  readonly #target: ServerResponse;
  #signal: AbortSignal | undefined;
  #headers: Record<string, string> | undefined;

  constructor(known: Omit<RequestContext, 'signal' | 'addHeader'>, target: ServerResponse) {
    this.caller = known.caller;
    this.region = known.region;
    this.requestId = known.requestId;
    this.endpoint = known.endpoint;
    this.traceHeader = known.traceHeader;
    this.#target = target;
  }

  get signal(): AbortSignal {
    return (this.#signal ??= abortedOnClose(this.#target));
  }

  addHeader(name: string, value: string): void {
    (this.#headers ??= {})[name] = value;
  }

  /** The answer with the headers that the operation added. */
  complete(response: WireResponse): WireResponse {
    return this.#headers === undefined ? response : { ...response, headers: { ...response.headers, ...this.#headers } };
  }
}

/** Aborts when the client goes away before its answer is written, or at once when it has gone. */
export function abortedOnClose(target: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    if (!target.writableFinished) controller.abort(new ClientGone());
  };
  if (target.destroyed) abort();
  else target.once('close', abort);
  return controller.signal;
}
