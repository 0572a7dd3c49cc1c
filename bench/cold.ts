import { spawn } from 'node:child_process';
import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import type { Daemon } from './support/daemon.ts';
import { createEcho, lambdaClient } from './support/functions.ts';
import { rawCall } from './support/raw-call.ts';
import { pythonInterpreter } from './support/interpreters.ts';
import type { Row } from './support/row.ts';
import { median, quantile } from './support/statistics.ts';

/** What a cold start may cost over 1.25 bare spawns: namespaces, cgroups, mounts and the request itself. */
const ALLOWANCE_MS = 10;

/**
 * The first invocation of a fresh function, as its caller sees it, beside the bare spawn of the same interpreter with the
 * least of runtimes, taken in turns.
 */
export async function cold(daemon: Daemon, options: { readonly rounds: number }): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const client = lambdaClient(daemon.port);
  for (const family of ['node', 'python'] as const) {
    const bareMs: number[] = [];
    const coldMs: number[] = [];
    for (let round = 0; round <= options.rounds; round++) {
      const name = `cold-${family}-${round}`;
      await createEcho(client, family, name);
      const bare = await bareSpawnMs(family);
      const answer = await rawCall(daemon.port, { method: 'POST', path: `/2015-03-31/functions/${name}/invocations`, body: '{"n":1}' });
      const body = JSON.parse(answer.body) as { readonly n?: number };
      if (!answer.head.startsWith('HTTP/1.1 200') || body.n !== 1) throw new Error(`${name} answered ${answer.head}\n${answer.body}`);
      await client.send(new DeleteFunctionCommand({ FunctionName: name }));
      // The first round warms the client and the disk's cache.
      if (round === 0) continue;
      bareMs.push(bare);
      coldMs.push(answer.elapsedMs);
    }
    const allowedMs = 1.25 * median(bareMs) + ALLOWANCE_MS;
    rows.push({
      name: `cold ${family}`,
      goal: `≤ 1.25 × bare spawn + ${ALLOWANCE_MS} ms`,
      met: median(coldMs) <= allowedMs,
      result: `${median(coldMs).toFixed(1)} ms, p95 ${quantile(coldMs, 0.95).toFixed(1)} (allowed ${allowedMs.toFixed(1)}; bare spawn ${median(bareMs).toFixed(1)} ms, p95 ${quantile(bareMs, 0.95).toFixed(1)})`,
    });
  }
  client.destroy();
  return rows;
}

/** From spawn to the runtime's first word. */
function bareSpawnMs(family: 'node' | 'python'): Promise<number> {
  const program = new URL(family === 'python' ? './support/floor-runtime.py' : './support/floor-runtime.mjs', import.meta.url).pathname;
  return new Promise((resolve, reject) => {
    const interpreter = family === 'python' ? pythonInterpreterOnce() : process.execPath;
    const startMs = performance.now();
    const child = spawn(interpreter, [program], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'], env: { PATH: '/usr/bin:/bin' } });
    child.once('error', reject);
    child.stdio[3]?.once('data', () => {
      resolve(performance.now() - startMs);
      child.kill('SIGKILL');
    });
  });
}

let python: string | undefined;
function pythonInterpreterOnce(): string {
  python ??= pythonInterpreter();
  return python;
}
