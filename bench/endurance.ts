import type { Daemon } from './support/daemon.ts';
import { createEcho, lambdaClient } from './support/functions.ts';
import { runLoad } from './support/load.ts';
import type { Row } from './support/row.ts';

const INVOCATIONS = 100_000;
const PORTIONS = 12;
const CONCURRENCY = 32;
/** The heap and malloc take what they like for a while, and then no more. */
const MAX_GROWTH = 1.1;

/** A hundred thousand invocations: none lost, and memory that stays. `runLoad` throws when one fails. */
export async function endurance(daemon: Daemon): Promise<Row> {
  const client = lambdaClient(daemon.port);
  const functionName = 'echo-endurance';
  await createEcho(client, 'node', functionName);
  client.destroy();
  const memoryMib: number[] = [];
  for (let portion = 0; portion < PORTIONS; portion++) {
    await runLoad({ port: daemon.port, functionName, requests: Math.ceil(INVOCATIONS / PORTIONS), concurrency: CONCURRENCY });
    memoryMib.push(daemon.ownPssMib());
  }
  const third = PORTIONS / 3;
  const middle = Math.max(...memoryMib.slice(third, 2 * third));
  const end = Math.max(...memoryMib.slice(2 * third));
  return {
    name: `${INVOCATIONS} invocations, c=${CONCURRENCY}`,
    goal: `none lost, memory of the last third ≤ ${MAX_GROWTH} × that of the second`,
    met: end <= MAX_GROWTH * middle,
    result: `none lost; ${(end / middle).toFixed(2)} × (${memoryMib.map((mib) => mib.toFixed(0)).join(' ')} MiB)`,
  };
}
