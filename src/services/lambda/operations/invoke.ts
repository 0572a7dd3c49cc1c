import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { Chance } from '#base/chance.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Operation } from '#aws/service.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound, resourceConflict } from '#functions/lambda-errors.ts';
import { decodeClientContext } from '#invocation/client-context.ts';
import { checkedEvent } from '#invocation/event-json.ts';
import type { Invoker } from '#invocation/invoker.ts';
import { resolveTarget } from '#invocation/resolve-target.ts';
import { traceIdFor } from '#invocation/trace-id.ts';
import { refuseUnsupported } from '../refused-parameters.ts';
import { resolveOwnFunction } from '../target-function.ts';

export interface InvokeDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'publishedVersion'>;
  readonly invoker: Pick<Invoker, 'invoke'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Decides between the two versions of an alias. */
  readonly chance: Chance;
}

type InvokeAnswer = Omit<InvokeCommandOutput, '$metadata' | 'Payload'> & { readonly Payload?: Uint8Array };

/** Runs a function and answers what it returned. A function error is a 200 with `FunctionError`. */
export function invoke(deps: InvokeDependencies): Operation<InvokeCommandInput, InvokeAnswer> {
  return async (input, context) => {
    const reference = resolveOwnFunction('InvokeFunction', input, context);
    const { qualifier } = reference;
    const target = resolveTarget(reference, deps.functions, deps.chance);
    if (target === undefined) throw functionNotFound(reference, qualifier ?? '$LATEST');
    const { version } = target;
    if (version.state.name === 'Pending' || version.state.name === 'Failed') {
      throw resourceConflict(
        `The operation cannot be performed at this time. The function is currently in the following state: ${version.state.name}`,
      );
    }
    refuseUnsupported('Invoke', input);
    const event = checkedEvent(input.Payload as Uint8Array | undefined);
    const clientContext = decodeClientContext(input.ClientContext);
    if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
    const answer = await deps.invoker.invoke(version, {
      requestId: context.requestId,
      functionArn: functionArn(reference, qualifier),
      traceId: traceIdFor(context.traceHeader, deps.ids, deps.clock.wallMs()),
      ...(clientContext !== undefined && { clientContext }),
      event,
      tailLog: input.LogType === 'Tail',
    });
    return {
      StatusCode: 200,
      ExecutedVersion: version.version,
      Payload: answer.body,
      ...(answer.outcome === 'function-error' && { FunctionError: 'Unhandled' }),
      ...(answer.logTail !== undefined && { LogResult: answer.logTail }),
    };
  };
}
