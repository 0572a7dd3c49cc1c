import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort, processCpuUs } from './daemon.ts';
import type { Family } from './functions.ts';

const GENERATOR = new URL('load-generator.ts', import.meta.url).pathname;
const FLOOR = new URL('floor-server.ts', import.meta.url).pathname;

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** The generator's own CPU per request. */
  readonly clientCpuUs: number;
  readonly failures: number;
  readonly firstFailure: string;
}

/** Runs the load generator in a process of its own. @throws when any request failed: a rate of errors is no rate */
export async function runLoad(load: {
  readonly port: number;
  readonly functionName: string;
  readonly requests: number;
  readonly concurrency: number;
  readonly thinkMs?: number;
  /** Instead of the function's invocations: the path of its URL. */
  readonly url?: string;
}): Promise<LoadResult> {
  const path = load.url ?? `/2015-03-31/functions/${load.functionName}/invocations`;
  const { stdout } = await promisify(execFile)(process.execPath, [GENERATOR, JSON.stringify({ ...load, path })]);
  const result = JSON.parse(stdout) as LoadResult;
  if (result.failures > 0)
    throw new Error(`${result.failures} of ${load.requests} requests failed, the first with:\n${result.firstFailure}`);
  return result;
}

/** Runs `work` against a floor server with one runtime per client. */
export async function withFloor<Result>(
  options: { readonly family: Family; readonly interpreter: string; readonly runtimes: number },
  work: (floor: { readonly port: number; readonly cpuUs: () => number }) => Promise<Result>,
): Promise<Result> {
  const port = await freePort();
  const child = spawn(process.execPath, [FLOOR, String(port), String(options.runtimes), options.family, options.interpreter], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString('utf8').includes('ready')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`the floor server ended with ${code}`)));
    });
    return await work({ port, cpuUs: () => processCpuUs(child.pid ?? 0) });
  } finally {
    child.kill('SIGKILL');
  }
}
