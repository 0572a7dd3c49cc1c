import type {
  InvokeWithResponseStreamCommandInput,
  InvokeWithResponseStreamCommandOutput,
  InvokeWithResponseStreamResponseEvent,
} from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { StreamedAnswer } from '#functions/invocation.ts';
import type { Invoker } from '#invocation/invoker.ts';
import { invocationRequest } from '../invocation-request.ts';
import type { InvocationRequestDependencies } from '../invocation-request.ts';

export interface InvokeWithResponseStreamDependencies extends InvocationRequestDependencies {
  readonly invoker: Pick<Invoker, 'invokeStreaming'>;
}

type StreamAnswer = Omit<InvokeWithResponseStreamCommandOutput, '$metadata'>;

/**
 * Runs a function and answers its response while it is written: a `PayloadChunk` for each part, then `InvokeComplete`, which also
 * says whether the function failed. The answer's status is 200 in any case.
 */
export function invokeWithResponseStream(
  deps: InvokeWithResponseStreamDependencies,
): Operation<InvokeWithResponseStreamCommandInput, StreamAnswer> {
  return async (input, context) => {
    const { version, invocation } = invocationRequest('InvokeWithResponseStream', deps, input, context);
    if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
    const answer = await deps.invoker.invokeStreaming(version, invocation);
    // A client that goes away does not end the invocation, on AWS neither: the function runs on, and nobody listens.
    if (context.signal.aborted) answer.body.discard();
    else context.signal.addEventListener('abort', () => answer.body.discard(), { once: true });
    return { StatusCode: 200, ExecutedVersion: version.version, EventStream: events(answer) };
  };
}

async function* events({ body, completion }: StreamedAnswer): AsyncGenerator<InvokeWithResponseStreamResponseEvent> {
  for await (const Payload of body) yield { PayloadChunk: { Payload } };
  const { error, logTail } = await completion;
  yield {
    InvokeComplete: {
      ...(error !== undefined && { ErrorCode: 'Unhandled', ErrorDetails: Buffer.from(error).toString('utf8') }),
      ...(logTail !== undefined && { LogResult: logTail }),
    },
  };
}
