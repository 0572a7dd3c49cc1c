import { CreateFunctionCommand, ListFunctionsCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { Daemon } from './support/daemon.ts';
import { createEcho, createRole, echoZip, lambdaClient, ROLE_ARN } from './support/functions.ts';
import { runLoad } from './support/load.ts';
import { median } from './support/statistics.ts';
import type { Row } from './support/row.ts';

const FEW = 10;
const SOME = 100;
const MANY = 10_000;
const INVOCATIONS = 4_000;
/** Creations at a time; more would only queue. */
const CREATIONS_AT_ONCE = 16;

/** What a full account costs: listing per item, and the invocation of one function among many. */
export async function manyFunctions(options: { readonly rounds: number }): Promise<readonly Row[]> {
  const few = await daemonWith(FEW);
  const many = await daemonWith(SOME);
  try {
    const someMs = await listMs(many.client, SOME, options.rounds);
    await fill(many.client, SOME, MANY);
    const manyMs = await listMs(many.client, MANY, options.rounds);
    const pairs: { readonly few: number; readonly many: number }[] = [];
    for (let round = 0; round < options.rounds; round++) {
      pairs.push({ few: await invokeMs(few.daemon), many: await invokeMs(many.daemon) });
    }
    const perItem = manyMs / MANY / (someMs / SOME);
    const invoke = median(pairs.map((pair) => pair.many / pair.few));
    return [
      {
        name: `list of ${MANY} functions`,
        goal: `≤ 2 × the cost per item of ${SOME}`,
        met: perItem <= 2,
        result: `${perItem.toFixed(2)} × (${((1000 * manyMs) / MANY).toFixed(1)} µs each, of ${SOME}: ${((1000 * someMs) / SOME).toFixed(1)} µs)`,
      },
      {
        name: `invoke among ${MANY} functions`,
        goal: `p50 ≤ 1.1 × among ${FEW}`,
        met: invoke <= 1.1,
        result: `${invoke.toFixed(2)} × (${median(pairs.map((pair) => pair.many)).toFixed(3)} ms, among ${FEW}: ${median(pairs.map((pair) => pair.few)).toFixed(3)} ms)`,
      },
    ];
  } finally {
    for (const { daemon, client } of [few, many]) {
      client.destroy();
      await daemon.stop();
    }
  }
}

interface Filled {
  readonly daemon: Daemon;
  readonly client: LambdaClient;
}

async function daemonWith(functions: number): Promise<Filled> {
  const daemon = await Daemon.start();
  await createRole(daemon.port);
  const client = lambdaClient(daemon.port);
  await createEcho(client, 'node', 'echo-node');
  await fill(client, 1, functions);
  // Environments start, and V8 settles on its best code.
  await runLoad({ port: daemon.port, functionName: 'echo-node', requests: 10_000, concurrency: 1 });
  return { daemon, client };
}

async function fill(client: LambdaClient, from: number, to: number): Promise<void> {
  const { file, ...input } = await echoZip('node');
  let next = from;
  const creator = async (): Promise<void> => {
    while (next < to) {
      const FunctionName = `f-${String((next += 1)).padStart(6, '0')}`;
      await client.send(new CreateFunctionCommand({ ...input, FunctionName, Role: ROLE_ARN, Code: { ZipFile: file } }));
    }
  };
  await Promise.all(Array.from({ length: CREATIONS_AT_ONCE }, creator));
}

/** Milliseconds for all pages, the median of the rounds. */
async function listMs(client: LambdaClient, expected: number, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    let count = 0;
    let marker: string | undefined;
    do {
      const page = await client.send(new ListFunctionsCommand({ MaxItems: 50, ...(marker !== undefined && { Marker: marker }) }));
      count += page.Functions?.length ?? 0;
      marker = page.NextMarker;
    } while (marker !== undefined);
    if (count !== expected) throw new Error(`the list has ${count} functions, not ${expected}`);
    times.push(performance.now() - startMs);
  }
  return median(times);
}

async function invokeMs(daemon: Daemon): Promise<number> {
  const { p50Ms } = await runLoad({ port: daemon.port, functionName: 'echo-node', requests: INVOCATIONS, concurrency: 1 });
  return p50Ms;
}
