import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Invoker } from '#invocation/invoker.ts';
import { invocationRequest } from '../invocation-request.ts';
import type { InvocationRequestDependencies } from '../invocation-request.ts';

export interface InvokeDependencies extends InvocationRequestDependencies {
  readonly invoker: Pick<Invoker, 'invoke'>;
}

type InvokeAnswer = Omit<InvokeCommandOutput, '$metadata' | 'Payload'> & { readonly Payload?: Uint8Array };

/** Runs a function and answers what it returned. A function error is a 200 with `FunctionError`. */
export function invoke(deps: InvokeDependencies): Operation<InvokeCommandInput, InvokeAnswer> {
  return async (input, context) => {
    const { version, invocation } = invocationRequest('Invoke', deps, input, context);
    if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
    const answer = await deps.invoker.invoke(version, invocation);
    return {
      StatusCode: 200,
      ExecutedVersion: version.version,
      Payload: answer.body,
      ...(answer.outcome === 'function-error' && { FunctionError: 'Unhandled' }),
      ...(answer.logTail !== undefined && { LogResult: answer.logTail }),
    };
  };
}
