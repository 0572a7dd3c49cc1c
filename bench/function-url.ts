import { AddPermissionCommand, CreateFunctionUrlConfigCommand } from '@aws-sdk/client-lambda';
import type { Daemon } from './support/daemon.ts';
import { createEcho, lambdaClient } from './support/functions.ts';
import { runLoad } from './support/load.ts';
import { median } from './support/statistics.ts';
import type { Row } from './support/row.ts';

const FUNCTION = 'echo-url';
const REQUESTS = 4_000;
const WARM_UP_REQUESTS = 10_000;

/** The same function by its URL and by Invoke, in pairs, one client. */
export async function functionUrl(daemon: Daemon, options: { readonly rounds: number }): Promise<readonly Row[]> {
  const { port } = daemon;
  const client = lambdaClient(port);
  await createEcho(client, 'node', FUNCTION);
  const { FunctionUrl = '' } = await client.send(new CreateFunctionUrlConfigCommand({ FunctionName: FUNCTION, AuthType: 'NONE' }));
  for (const [StatementId, more] of [
    ['url', { Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' }],
    ['function', { Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true }],
  ] as const) {
    await client.send(new AddPermissionCommand({ FunctionName: FUNCTION, StatementId, Principal: '*', ...more }));
  }
  client.destroy();
  const id = new URL(FunctionUrl).hostname.split('.')[0] ?? '';
  const url = `/_hearth/lambda-url/${id}/`;
  const load = (more: { readonly requests: number; readonly url?: string }) =>
    runLoad({ port, functionName: FUNCTION, concurrency: 1, ...more });
  await load({ requests: WARM_UP_REQUESTS });
  await load({ requests: WARM_UP_REQUESTS, url });
  const pairs: { readonly url: number; readonly invoke: number }[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const invoke = await load({ requests: REQUESTS });
    const byUrl = await load({ requests: REQUESTS, url });
    pairs.push({ url: byUrl.p50Ms, invoke: invoke.p50Ms });
  }
  const ratio = median(pairs.map((pair) => pair.url / pair.invoke));
  return [
    {
      name: 'function URL',
      goal: 'p50 ≤ 1.3 × Invoke',
      met: ratio <= 1.3,
      result: `${ratio.toFixed(2)} × (${median(pairs.map((pair) => pair.url)).toFixed(3)} ms, Invoke ${median(pairs.map((pair) => pair.invoke)).toFixed(3)} ms)`,
    },
  ];
}
