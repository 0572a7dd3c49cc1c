import type { Daemon } from './support/daemon.ts';
import { createEcho, lambdaClient } from './support/functions.ts';
import type { Family } from './support/functions.ts';
import { pythonInterpreter } from './support/interpreters.ts';
import { runLoad, withFloor } from './support/load.ts';
import type { LoadResult } from './support/load.ts';
import { median } from './support/statistics.ts';
import type { Row } from './support/row.ts';

/** Enough requests that a round takes about a second or two on a small machine. */
const REQUESTS: Readonly<Record<number, number>> = { 1: 4_000, 8: 12_000, 32: 12_000 };

/** On both sides; the floor's server is a new process in each round. */
const WARM_UP_REQUESTS = 10_000;

/** Warm invocations per second, in pairs with the floor, `rounds` times. */
export async function warm(
  daemon: Daemon,
  options: { readonly rounds: number; readonly goal: number; readonly label: string },
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const client = lambdaClient(daemon.port);
  for (const family of ['node', 'python'] as const satisfies readonly Family[]) {
    const functionName = `echo-${family}`;
    await createEcho(client, family, functionName);
    const interpreter = family === 'python' ? pythonInterpreter() : process.execPath;
    for (const concurrency of [1, 8, 32]) {
      const requests = REQUESTS[concurrency] ?? 10_000;
      // What does not count: environments start, and V8 takes some ten thousand calls to settle on its best code.
      await runLoad({ port: daemon.port, functionName, requests: WARM_UP_REQUESTS, concurrency });
      const pairs: { readonly floor: LoadResult; readonly hearth: LoadResult; readonly cpuUs: number; readonly floorCpuUs: number }[] = [];
      for (let round = 0; round < options.rounds; round++) {
        const { floor, floorCpuUs } = await withFloor({ family, interpreter, runtimes: concurrency }, async ({ port, cpuUs }) => {
          await runLoad({ port, functionName, requests: WARM_UP_REQUESTS, concurrency });
          const before = cpuUs();
          const result = await runLoad({ port, functionName, requests, concurrency });
          return { floor: result, floorCpuUs: (cpuUs() - before) / requests };
        });
        const cpuBefore = daemon.cpuUs();
        const hearth = await runLoad({ port: daemon.port, functionName, requests, concurrency });
        pairs.push({ floor, hearth, floorCpuUs, cpuUs: (daemon.cpuUs() - cpuBefore) / requests });
      }
      const ratio = median(pairs.map((pair) => pair.hearth.perSecond / pair.floor.perSecond));
      const best = (pick: (pair: (typeof pairs)[number]) => number): string => median(pairs.map(pick)).toFixed(2);
      rows.push({
        name: `warm ${family} c=${concurrency}${options.label}`,
        goal: `≥ ${options.goal} × floor`,
        met: ratio >= options.goal,
        result:
          `${ratio.toFixed(2)} × (${best((pair) => pair.hearth.perSecond)}/s, floor ${best((pair) => pair.floor.perSecond)}/s; p50 ${best((pair) => pair.hearth.p50Ms)} ms, ` +
          `floor ${best((pair) => pair.floor.p50Ms)} ms; daemon ${best((pair) => pair.cpuUs)} µs CPU, floor's server ${best((pair) => pair.floorCpuUs)} µs, client ${best((pair) => pair.hearth.clientCpuUs)} µs)`,
      });
    }
  }
  client.destroy();
  return rows;
}

/** Long enough that an idle environment is frozen before the next call. */
const THINK_MS = 20;
const THOUGHTFUL_REQUESTS = 400;

/** A client that pauses between calls: each call thaws its environment. Of Node, since the freezing is the same for all. */
export async function thinking(daemon: Daemon, { rounds }: { readonly rounds: number }): Promise<Row> {
  const client = lambdaClient(daemon.port);
  const functionName = 'echo-thinking';
  await createEcho(client, 'node', functionName);
  client.destroy();
  const load = { functionName, requests: THOUGHTFUL_REQUESTS, concurrency: 1, thinkMs: THINK_MS };
  await runLoad({ ...load, port: daemon.port });
  const pairs: { readonly floorMs: number; readonly hearthMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const floor = await withFloor({ family: 'node', interpreter: process.execPath, runtimes: 1 }, ({ port }) => runLoad({ ...load, port }));
    const hearth = await runLoad({ ...load, port: daemon.port });
    pairs.push({ floorMs: floor.p50Ms, hearthMs: hearth.p50Ms });
  }
  const moreMs = median(pairs.map((pair) => pair.hearthMs - pair.floorMs));
  return {
    name: `thaw: client thinks ${THINK_MS} ms`,
    goal: 'p50 ≤ floor + 1 ms',
    met: moreMs <= 1,
    result: `+${moreMs.toFixed(2)} ms (p50 ${median(pairs.map((pair) => pair.hearthMs)).toFixed(2)} ms, floor ${median(pairs.map((pair) => pair.floorMs)).toFixed(2)} ms)`,
  };
}
