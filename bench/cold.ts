import { DeleteFunctionCommand } from '@aws-sdk/client-lambda';
import type { Daemon } from './support/daemon.ts';
import { createEcho, lambdaClient } from './support/functions.ts';
import { rawCall } from './support/raw-call.ts';
import { bareSpawnMs } from './support/bare-spawn.ts';
import type { Row } from './support/row.ts';
import { median, quantile } from './support/statistics.ts';

/** What a cold start may cost over 1.25 bare spawns: namespaces, cgroups, mounts and the request itself. */
const ALLOWANCE_MS = 10;

/** What a cold start from a parked runtime may be of a bare spawn: in the median, and at the 95th percentile of each. */
const PARKED_SHARE = 0.4;
const PARKED_P95_SHARE = 0.5;

export interface ColdOptions {
  readonly rounds: number;
  /** Whether parked runtimes are there to be taken: the daemon has them, and after the first round each start should find one. */
  readonly parked: boolean;
}

/** How many starts took a parked runtime. */
interface Hits {
  readonly hits: number;
}

/**
 * The first invocation of a fresh function, as its caller sees it, beside the bare spawn of the same interpreter with the
 * least of runtimes, taken in turns.
 */
export async function cold(daemon: Daemon, options: ColdOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const client = lambdaClient(daemon.port);
  for (const family of ['node', 'python'] as const) {
    const bareMs: number[] = [];
    const coldMs: number[] = [];
    const before = await hitsOf(daemon);
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
    if (options.parked) {
      const [share, p95] = [median(coldMs) / median(bareMs), quantile(coldMs, 0.95)];
      rows.push({
        name: `cold ${family}, parked`,
        goal: `≤ ${PARKED_SHARE} × bare spawn, p95 ≤ ${PARKED_P95_SHARE} × its p95`,
        met: share <= PARKED_SHARE && p95 <= PARKED_P95_SHARE * quantile(bareMs, 0.95),
        result: `${share.toFixed(2)} × (${median(coldMs).toFixed(1)} ms, p95 ${p95.toFixed(1)}; bare spawn ${median(bareMs).toFixed(1)} ms, p95 ${quantile(bareMs, 0.95).toFixed(1)}), ${(await hitsOf(daemon)) - before} of ${options.rounds + 1} starts from parked runtimes`,
      });
      continue;
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

async function hitsOf(daemon: Daemon): Promise<number> {
  const { parkedRuntimes } = (await daemon.status()) as { readonly parkedRuntimes: Hits | 'none' };
  return parkedRuntimes === 'none' ? 0 : parkedRuntimes.hits;
}
