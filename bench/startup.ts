import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemon, freePort } from './support/daemon.ts';
import type { Row } from './support/row.ts';
import { Signer } from './support/signer.ts';
import { median } from './support/statistics.ts';

const GOAL_MS = 600;
const GOAL_MIB = 110;

/** From exec of `bin/hearth start` to the first signed ListFunctions answered, on a new data folder and on one that exists. */
export async function startup(options: { readonly rounds: number }): Promise<readonly Row[]> {
  const first: number[] = [];
  const later: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const dataDir = mkdtempSync(join(tmpdir(), 'hearth-bench-'));
    first.push(await startMs(dataDir));
    later.push(await startMs(dataDir));
    rmSync(dataDir, { recursive: true, force: true });
  }
  return [
    { name: 'start-up, new data folder', goal: `≤ ${GOAL_MS} ms`, met: median(first) <= GOAL_MS, result: `${median(first).toFixed(0)} ms` },
    {
      name: 'start-up, existing data folder',
      goal: `≤ ${GOAL_MS} ms`,
      met: median(later) <= GOAL_MS,
      result: `${median(later).toFixed(0)} ms`,
    },
  ];
}

async function startMs(dataDir: string): Promise<number> {
  const port = await freePort();
  const hearth = new URL('../bin/hearth', import.meta.url).pathname;
  const begun = performance.now();
  const child = spawn(hearth, ['start', '--port', String(port), '--data-dir', dataDir], { stdio: 'ignore' });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  try {
    for (;;) {
      if (await answered(port)) return performance.now() - begun;
      if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  } finally {
    child.kill('SIGTERM');
    await gone;
  }
}

function answered(port: number): Promise<boolean> {
  const request = new Signer({ date: new Date(), service: 'lambda' }).request(
    'GET',
    '/2015-03-31/functions/',
    `127.0.0.1:${port}`,
    '',
    randomUUID(),
  );
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.write(request));
    socket.once('data', (chunk) => {
      socket.destroy();
      if (!chunk.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(chunk.toString('latin1'));
      resolve(true);
    });
  });
}

/** Memory of the idle daemon, no environment, after it has answered one request of each of its services' most used kind. */
export async function idleMemory(): Promise<Row> {
  const daemon = await Daemon.start();
  await answered(daemon.port);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const mib = daemon.pssMib();
  await daemon.stop();
  return { name: 'idle memory, no environment', goal: `≤ ${GOAL_MIB} MiB PSS`, met: mib <= GOAL_MIB, result: `${mib.toFixed(1)} MiB` };
}
