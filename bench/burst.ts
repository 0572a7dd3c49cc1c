import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import { setTimeout as pause } from 'node:timers/promises';
import { bareSpawn } from './support/bare-spawn.ts';
import { pssMib, type Daemon } from './support/daemon.ts';
import { createEcho, lambdaClient, type Family } from './support/functions.ts';
import { rawCall } from './support/raw-call.ts';
import type { Row } from './support/row.ts';
import { median } from './support/statistics.ts';

const BURST = 32;
const BURST_GOAL = 0.85;
const FROZEN_GOAL = 1.25;

/**
 * As many first invocations at once, beside as many bare spawns at once; and what an environment that is then idle and frozen holds in
 * memory, with all that keeps it apart, beside a bare runtime that waits. For a daemon that parks no runtimes.
 */
export async function burst(daemon: Daemon, { rounds }: { readonly rounds: number }): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const client = lambdaClient(daemon.port);
  for (const family of ['node', 'python'] as const) {
    const pairs: { readonly bare: Side; readonly hearth: Side }[] = [];
    for (let round = 0; round < rounds; round++) {
      const name = `burst-${family}-${round}`;
      await createEcho(client, family, name);
      pairs.push({ bare: await bareBurst(family), hearth: await coldBurst(daemon, name) });
      await client.send(new DeleteFunctionCommand({ FunctionName: name }));
    }
    const rate = median(pairs.map(({ bare, hearth }) => bare.elapsedMs / hearth.elapsedMs));
    rows.push({
      name: `burst of ${BURST}, ${family}`,
      goal: `≥ ${BURST_GOAL} × bare parallel spawn`,
      met: rate >= BURST_GOAL,
      result: `${rate.toFixed(2)} × (${median(pairs.map(({ hearth }) => hearth.elapsedMs)).toFixed(0)} ms, bare ${median(pairs.map(({ bare }) => bare.elapsedMs)).toFixed(0)} ms)`,
    });
    const memory = median(pairs.map(({ bare, hearth }) => hearth.pssMib / bare.pssMib));
    rows.push({
      name: `idle frozen environment, ${family}`,
      goal: `≤ ${FROZEN_GOAL} × a bare runtime's PSS`,
      met: memory <= FROZEN_GOAL,
      result: `${memory.toFixed(2)} × (${median(pairs.map(({ hearth }) => hearth.pssMib)).toFixed(1)} MiB, bare ${median(pairs.map(({ bare }) => bare.pssMib)).toFixed(1)} MiB)`,
    });
  }
  client.destroy();
  return rows;
}

interface Side {
  /** Until the last of them was there. */
  readonly elapsedMs: number;
  /** Of one of them, when all are there. */
  readonly pssMib: number;
}

async function bareBurst(family: Family): Promise<Side> {
  const startMs = performance.now();
  const runtimes = await Promise.all(Array.from({ length: BURST }, () => bareSpawn(family)));
  const elapsedMs = performance.now() - startMs;
  const memory = pssMib(runtimes.map(({ child }) => child.pid ?? 0)) / BURST;
  for (const { child } of runtimes) child.kill('SIGKILL');
  return { elapsedMs, pssMib: memory };
}

/** All requests are there before the first environment is: each gets one of its own. */
async function coldBurst(daemon: Daemon, name: string): Promise<Side> {
  const before = new Set(daemon.environmentProcesses());
  const startMs = performance.now();
  const answers = await Promise.all(
    Array.from({ length: BURST }, () =>
      rawCall(daemon.port, { method: 'POST', path: `/2015-03-31/functions/${name}/invocations`, body: '{"n":1}' }),
    ),
  );
  const elapsedMs = performance.now() - startMs;
  const failed = answers.find(({ head }) => !head.startsWith('HTTP/1.1 200'));
  if (failed !== undefined) throw new Error(`${name} answered ${failed.head}\n${failed.body}`);
  // By then all are frozen.
  await pause(500);
  const made = daemon.environmentProcesses().filter((pid) => !before.has(pid));
  return { elapsedMs, pssMib: pssMib(made) / BURST };
}
