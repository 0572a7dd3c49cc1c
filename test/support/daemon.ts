import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;

/** Runtimes and SDKs prepared once for all daemons of the tests. Their folders are named after their content and appear whole. */
const PREPARED_RUNTIMES = join(ROOT, '.cache/runtimes');

export interface DaemonOptions {
  /** A new one unless given. */
  readonly dataDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly port?: number;
  /** Prepares its runtimes itself, as a user's first daemon does. Otherwise it shares those of the other tests. */
  readonly fromScratch?: boolean;
}

/** A daemon of its own process, started as users start it, on a free port and with a data folder that outlives it. */
export class RealDaemon {
  readonly port: number;
  readonly dataDir: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #output: () => string;

  private constructor(parts: {
    readonly port: number;
    readonly dataDir: string;
    readonly child: ChildProcess;
    readonly output: () => string;
  }) {
    this.port = parts.port;
    this.dataDir = parts.dataDir;
    this.#child = parts.child;
    this.pid = parts.child.pid ?? assert.fail('the daemon has no pid');
    this.#output = parts.output;
  }

  static async start(options: DaemonOptions = {}): Promise<RealDaemon> {
    const dataDir = options.dataDir ?? newDataDir(options.fromScratch ?? false);
    const port = options.port ?? (await freePort());
    const child = spawn(join(ROOT, 'bin/hearth'), ['start', '--port', String(port), '--data-dir', dataDir], {
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let ready = false;
    await new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer): void => {
        output += chunk.toString('utf8');
        if (ready || !/^Ready\.$/m.test(output)) return;
        ready = true;
        resolve();
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.once('exit', (code) => {
        if (ready) return;
        // Nobody gets a daemon on which to call removeData.
        if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
        reject(new Error(`the daemon ended with ${code}:\n${output}`));
      });
    });
    return new RealDaemon({ port, dataDir, child, output: () => output });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** All that it wrote to standard output and error. */
  get output(): string {
    return this.#output();
  }

  /** Null while it runs, and when a signal ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Sends the signal and resolves to the exit code once the process is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }

  removeData(): void {
    keepRuntimes(join(this.dataDir, 'runtimes'));
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function newDataDir(fromScratch: boolean): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-test-'));
  if (fromScratch) return dataDir;
  const runtimes = join(dataDir, 'runtimes');
  mkdirSync(runtimes, { mode: 0o755 });
  mkdirSync(PREPARED_RUNTIMES, { recursive: true, mode: 0o755 });
  const prepared = readdirSync(PREPARED_RUNTIMES).filter((name) => !name.endsWith('.tmp'));
  for (const name of prepared) symlinkSync(join(PREPARED_RUNTIMES, name), join(runtimes, name));
  return dataDir;
}

/** Keeps for the other tests what a daemon had to prepare itself. */
function keepRuntimes(runtimes: string): void {
  if (!existsSync(runtimes)) return;
  for (const entry of readdirSync(runtimes, { withFileTypes: true })) {
    const target = join(PREPARED_RUNTIMES, entry.name);
    // `none` stands for an SDK that could not be fetched: the next test may try again.
    if (!entry.isDirectory() || /\.tmp$|-none$/.test(entry.name) || existsSync(target)) continue;
    const copy = `${target}.${process.pid}.tmp`;
    cpSync(join(runtimes, entry.name), copy, { recursive: true, verbatimSymlinks: true });
    // Another test may have been faster.
    if (existsSync(target)) rmSync(copy, { recursive: true });
    else renameSync(copy, target);
  }
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
