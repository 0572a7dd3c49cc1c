import type { InvokeCommandInput, InvokeWithResponseStreamCommandInput } from '@aws-sdk/client-lambda';
import type { Chance } from '#base/chance.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { RequestContext } from '#aws/service.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionLifecycle } from '#functions/function-lifecycle.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import type { Invocation } from '#functions/invocation.ts';
import { functionNotFound, invalidParameter } from '#functions/lambda-errors.ts';
import { decodeClientContext } from '#invocation/client-context.ts';
import { checkedEvent } from '#invocation/event-json.ts';
import { resolveTarget } from '#invocation/resolve-target.ts';
import { traceIdFor } from '#invocation/trace-id.ts';
import { checkInvocable } from './check-invocable.ts';
import { refuseUnsupported } from './refused-parameters.ts';
import { resolveOwnFunction } from './target-function.ts';

export interface InvocationRequestDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'publishedVersion'>;
  readonly lifecycle: Pick<FunctionLifecycle, 'restore'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Decides between the two versions of an alias. */
  readonly chance: Chance;
}

/** What is to run, and with what. */
export interface InvocationRequest {
  readonly version: FunctionVersion;
  readonly invocation: Invocation;
}

/** What Invoke and InvokeWithResponseStream have in common: finds the version, and checks all of the request. @throws AwsError */
export function invocationRequest(
  operation: 'Invoke' | 'InvokeWithResponseStream',
  deps: InvocationRequestDependencies,
  input: InvokeCommandInput | InvokeWithResponseStreamCommandInput,
  context: RequestContext,
): InvocationRequest {
  const reference = resolveOwnFunction('InvokeFunction', input, context);
  const { qualifier } = reference;
  const target = resolveTarget(reference, deps.functions, deps.chance);
  if (target === undefined) throw functionNotFound(reference, qualifier ?? '$LATEST');
  const { version } = target;
  checkInvocable(version, deps.lifecycle);
  refuseUnsupported(operation, input);
  // There is no function with tenants: TenancyConfig is refused when one is created.
  if (input.TenantId !== undefined) {
    throw invalidParameter('The invoked function is not enabled with tenancy. Remove the tenant ID from your request and try again.');
  }
  const event = checkedEvent(input.Payload as Uint8Array | undefined);
  const clientContext = decodeClientContext(input.ClientContext);
  const traceId = traceIdFor(context.traceHeader, deps.ids, deps.clock.wallMs());
  context.addHeader?.('X-Amzn-Trace-Id', traceId);
  return {
    version,
    invocation: {
      requestId: context.requestId,
      functionArn: functionArn(reference, qualifier),
      traceId,
      ...(clientContext !== undefined && { clientContext }),
      event,
      tailLog: input.LogType === 'Tail',
    },
  };
}
