import { readFileSync } from 'node:fs';
import {
  InvokeCommand,
  ResourceConflictException,
  waitUntilFunctionActiveV2,
  type InvokeCommandOutput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { explainClientFailure } from './client-failure.ts';
import type { InvokeArguments } from './command-line.ts';
import type { Terminal } from './terminal.ts';

export interface InvokeHost {
  readonly client: LambdaClient;
  readonly terminal: Terminal;
  readonly endpoint: string;
}

/** Prints the function's answer. Returns the exit status: 1 when the function failed or could not be called. */
export async function invoke(request: InvokeArguments, { client, terminal, endpoint }: InvokeHost): Promise<number> {
  try {
    const answer = await send(request, client);
    if (answer.LogResult !== undefined) terminal.err(Buffer.from(answer.LogResult, 'base64').toString('utf8'));
    terminal.out(`${Buffer.from(answer.Payload ?? []).toString('utf8')}\n`);
    if (answer.FunctionError === undefined) return 0;
    terminal.err(`hearth: the function failed (${answer.FunctionError})\n`);
    return 1;
  } catch (error) {
    terminal.err(`hearth: ${explainClientFailure(error, endpoint)}\n`);
    return 1;
  }
}

/** Longer than unpacking takes. */
const MAX_WAIT_SECONDS = 60;

/** Whoever types the command right after creating the function means the function that will be there in a moment. */
async function send(request: InvokeArguments, client: LambdaClient): Promise<InvokeCommandOutput> {
  const command = new InvokeCommand({
    FunctionName: request.functionName,
    Payload: payloadBytes(request.payload),
    ...(request.qualifier === undefined ? {} : { Qualifier: request.qualifier }),
    ...(request.showLog ? { LogType: 'Tail' } : {}),
  });
  try {
    return await client.send(command);
  } catch (error) {
    if (!(error instanceof ResourceConflictException) || !error.message.endsWith(': Pending')) throw error;
    await waitUntilFunctionActiveV2({ client, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 1 }, { FunctionName: request.functionName });
    return client.send(command);
  }
}

function payloadBytes(payload: string): Uint8Array {
  return payload.startsWith('@') ? readFileSync(payload.slice(1)) : Buffer.from(payload);
}
