import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;
const CLOCK_TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** A daemon as users start it, on a free port with a data folder of its own. */
export class Daemon {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly output: () => string;

  private constructor(parts: {
    readonly port: number;
    readonly child: ChildProcess;
    readonly dataDir: string;
    readonly output: () => string;
  }) {
    this.port = parts.port;
    this.#child = parts.child;
    this.#dataDir = parts.dataDir;
    this.output = parts.output;
  }

  /** Resolves when the banner says Ready. */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    dataDir = mkdtempSync(join(tmpdir(), 'hearth-bench-')),
  ): Promise<Daemon> {
    const port = await freePort();
    const child = spawn(join(ROOT, 'bin/hearth'), ['start', '--port', String(port), '--data-dir', dataDir], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const ready = new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer): void => {
        output += chunk.toString('utf8');
        if (/^Ready\./m.test(output)) resolve();
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.on('exit', (code) => reject(new Error(`the daemon ended with ${code}:\n${output}`)));
    });
    await ready;
    return new Daemon({ port, child, dataDir, output: () => output });
  }

  /** CPU that the daemon and its sandbox host have used, in microseconds; that of the functions does not count. */
  cpuUs(): number {
    return hearthProcesses(this.#child.pid ?? 0).reduce((sum, pid) => sum + processCpuUs(pid), 0);
  }

  /** Proportional set size of the daemon and all its children, in MiB. */
  pssMib(): number {
    return pssMib(withDescendants(this.#child.pid ?? 0));
  }

  /** The same without the environments. */
  ownPssMib(): number {
    return pssMib(hearthProcesses(this.#child.pid ?? 0));
  }

  /** Of all environments: the runtimes, and what stands between them and the sandbox host. */
  environmentProcesses(): readonly number[] {
    const pid = this.#child.pid ?? 0;
    const own = new Set(hearthProcesses(pid));
    return withDescendants(pid).filter((each) => !own.has(each));
  }

  async status(): Promise<Record<string, unknown>> {
    const response = await fetch(`http://127.0.0.1:${this.port}/_hearth/health`);
    return (await response.json()) as Record<string, unknown>;
  }

  async stop(options: { readonly keepData?: boolean } = {}): Promise<string> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await gone;
    if (options.keepData !== true) rmSync(this.#dataDir, { recursive: true, force: true });
    return this.#dataDir;
  }
}

/** CPU of one process, in microseconds. */
export function processCpuUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND) * 1e6;
}

/** Proportional set size of processes, in MiB. */
export function pssMib(pids: readonly number[]): number {
  const kib = pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0));
  return kib.reduce((sum, each) => sum + each, 0) / 1024;
}

/** The daemon and its sandbox host. */
function hearthProcesses(pid: number): readonly number[] {
  const host = withDescendants(pid).filter((each) => readFileSync(`/proc/${each}/cmdline`, 'utf8').includes('sandbox-host'));
  return [pid, ...host];
}

function withDescendants(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(withDescendants)];
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
