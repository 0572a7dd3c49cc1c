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
      const pairs: { readonly floor: LoadResult; readonly hearth: LoadResult; readonly cpuUs: number }[] = [];
      for (let round = 0; round < options.rounds; round++) {
        const floor = await withFloor({ family, interpreter, runtimes: concurrency }, async (port) => {
          await runLoad({ port, functionName, requests: WARM_UP_REQUESTS, concurrency });
          return runLoad({ port, functionName, requests, concurrency });
        });
        const cpuBefore = daemon.cpuUs();
        const hearth = await runLoad({ port: daemon.port, functionName, requests, concurrency });
        pairs.push({ floor, hearth, cpuUs: (daemon.cpuUs() - cpuBefore) / requests });
      }
      const ratio = median(pairs.map((pair) => pair.hearth.perSecond / pair.floor.perSecond));
      const best = (pick: (pair: (typeof pairs)[number]) => number): string => median(pairs.map(pick)).toFixed(2);
      rows.push({
        name: `warm ${family} c=${concurrency}${options.label}`,
        goal: `≥ ${options.goal} × floor`,
        met: ratio >= options.goal,
        result:
          `${ratio.toFixed(2)} × (${best((pair) => pair.hearth.perSecond)}/s, floor ${best((pair) => pair.floor.perSecond)}/s; p50 ${best((pair) => pair.hearth.p50Ms)} ms, ` +
          `floor ${best((pair) => pair.floor.p50Ms)} ms; daemon ${best((pair) => pair.cpuUs)} µs CPU, client ${best((pair) => pair.hearth.clientCpuUs)} µs)`,
      });
    }
  }
  client.destroy();
  return rows;
}
