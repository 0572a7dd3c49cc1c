import type { ConditionValues } from '#aws/policy/conditions.ts';
import type { RequiredPermission } from '#aws/service.ts';
import type { Chance } from '#base/chance.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionLifecycle } from '#functions/function-lifecycle.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import type { UrlCors } from '#functions/function-url.ts';
import type { FunctionUrlIndex, UrlOwner } from '#functions/function-url-index.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import type { Invocation } from '#functions/invocation.ts';
import { resourceNotFound } from '#functions/lambda-errors.ts';
import { findPolicy, policyDocument } from '#functions/resource-policy.ts';
import { checkEventSize } from '#invocation/event-json.ts';
import type { Invoker } from '#invocation/invoker.ts';
import { resolveTarget } from '#invocation/resolve-target.ts';
import { traceIdFor } from '#invocation/trace-id.ts';
import { checkInvocable } from '../check-invocable.ts';
import { urlEvent } from './url-event.ts';
import type { UrlRequest, UrlResponse } from './url-exchange.ts';
import { badGateway, gatewayTimeout, urlResponse } from './url-response.ts';
import { streamedUrlResponse } from './url-stream.ts';

export interface FunctionUrlsOptions {
  readonly urls: Pick<FunctionUrlIndex, 'find'>;
  readonly functions: Pick<FunctionRepository, 'find' | 'publishedVersion'>;
  readonly lifecycle: Pick<FunctionLifecycle, 'restore'>;
  readonly invoker: Pick<Invoker, 'invoke' | 'invokeStreaming'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Decides between the two versions of an alias. */
  readonly chance: Chance;
}

/** A function URL as the gateway's door needs it. */
export interface UrlEndpoint {
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly region: string;
  readonly cors: UrlCors | undefined;
  /** All of them are needed. */
  readonly permissions: readonly RequiredPermission[];
  /** @throws AwsError when the function cannot be invoked */
  invoke(request: UrlRequest): Promise<UrlResponse>;
}

/** What function URLs do: a request becomes an event, the function's result a response. */
export class FunctionUrls {
  readonly #options: FunctionUrlsOptions;

  constructor(options: FunctionUrlsOptions) {
    this.#options = options;
  }

  /** Undefined when no function has that URL. */
  find(id: string): UrlEndpoint | undefined {
    const owner = this.#options.urls.find(id);
    if (owner === undefined) return undefined;
    const { authType, cors } = owner.url;
    return {
      authType,
      region: owner.region,
      cors,
      permissions: this.#permissions(owner),
      invoke: (request) => this.#invoke(owner, request),
    };
  }

  /** Since October 2025 both are needed: to call the URL, and to invoke the function by way of it ("Control access to function URLs"). */
  #permissions({ accountId, region, name, qualifier, url }: UrlOwner): readonly RequiredPermission[] {
    const { functions } = this.#options;
    const common = {
      resource: functionArn({ accountId, region, name }, qualifier === '$LATEST' ? undefined : qualifier),
      owner: accountId,
      resourcePolicy: () => {
        const record = functions.find(accountId, region, name);
        const policy = record === undefined ? undefined : findPolicy(record, qualifier);
        return policy === undefined ? undefined : policyDocument(policy);
      },
      conditions: CONDITIONS[url.authType],
    };
    return [
      { action: 'lambda:InvokeFunctionUrl', ...common },
      { action: 'lambda:InvokeFunction', ...common },
    ];
  }

  async #invoke(owner: UrlOwner, request: UrlRequest): Promise<UrlResponse> {
    const { version, invocation } = this.#invocation(owner, request);
    const { invoker } = this.#options;
    const traced = { 'X-Amzn-Trace-Id': invocation.traceId };
    if (owner.url.invokeMode === 'RESPONSE_STREAM') {
      const answer = await invoker.invokeStreaming(version, invocation);
      const response = (await streamedUrlResponse(answer, request.signal)) ?? failureResponse((await answer.completion).error);
      return { ...response, headers: { ...traced, ...response.headers } };
    }
    const { outcome, body } = await invoker.invoke(version, invocation);
    const response = outcome === 'function-error' ? failureResponse(body) : urlResponse(body);
    return { ...response, headers: { ...traced, ...response.headers } };
  }

  #invocation(owner: UrlOwner, request: UrlRequest): { readonly version: FunctionVersion; readonly invocation: Invocation } {
    const { functions, lifecycle, chance, clock, ids } = this.#options;
    const { accountId, region, qualifier } = owner;
    const version = resolveTarget(owner, functions, chance)?.version;
    // The alias is gone, or leads nowhere; the URL outlives it (test_lambda_url_persists_after_alias_delete).
    if (version === undefined) throw resourceNotFound('The resource you requested does not exist.');
    checkInvocable(version, lifecycle);
    const wallMs = clock.wallMs();
    const traceId = traceIdFor(request.headers['x-amzn-trace-id'], ids, wallMs);
    const event = Buffer.from(JSON.stringify(urlEvent(request, { region, accountId, traceId, wallMs })));
    checkEventSize(event);
    const arn = functionArn(owner, qualifier === '$LATEST' ? undefined : qualifier);
    return { version, invocation: { requestId: request.requestId, functionArn: arn, traceId, event, tailLog: false } };
  }
}

const CONDITIONS: Readonly<Record<UrlEndpoint['authType'], ConditionValues>> = {
  NONE: urlConditions('NONE'),
  AWS_IAM: urlConditions('AWS_IAM'),
};

function urlConditions(authType: string): ConditionValues {
  return new Map([
    ['lambda:eventsourcetoken', []],
    ['lambda:functionurlauthtype', [authType]],
    ['lambda:invokedviafunctionurl', ['true']],
    ['lambda:principal', []],
  ]);
}

/** `error`: the function's error as JSON; undefined when what it answered is no response. */
function failureResponse(error: Uint8Array | undefined): UrlResponse {
  return error !== undefined && Buffer.from(error).includes('"errorType":"Sandbox.Timedout"') ? gatewayTimeout() : badGateway();
}
