import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../../', import.meta.url).pathname;

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

  static async start(
    options: { readonly dataDir?: string; readonly environment?: Readonly<Record<string, string>>; readonly port?: number } = {},
  ): Promise<RealDaemon> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'hearth-test-'));
    chmodSync(dataDir, 0o711);
    const port = options.port ?? (await freePort());
    const child = spawn(join(ROOT, 'bin/hearth'), ['start', '--port', String(port), '--data-dir', dataDir], {
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer): void => {
        output += chunk.toString('utf8');
        if (/^Ready\.$/m.test(output)) resolve();
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.once('exit', (code) => reject(new Error(`the daemon ended with ${code}:\n${output}`)));
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

  /** Sends the signal and resolves to the exit code once the process is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }

  removeData(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
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
