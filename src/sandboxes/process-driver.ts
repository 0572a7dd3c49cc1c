import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Duplex } from 'node:stream';
import { invariant } from '#base/invariant.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { toHostPaths } from './inside-paths.ts';
import { closeInheritedOnExec, listenOnLoopback } from './libc.ts';
import { openOutput, OutputPipe } from './output-pipe.ts';
import { ProcessSandbox } from './process-sandbox.ts';
import type { Sandbox, SandboxAddresses, SandboxDriver, SandboxListener, SandboxSpec } from './sandbox.ts';
import { checkEnvironment, checkSpec } from './sandbox-spec.ts';

export interface ProcessDriverOptions {
  /** Why nothing better is used; shown to people. */
  readonly reason: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Plain processes of this user, for hosts that offer nothing better. */
export function processDriver(options: ProcessDriverOptions): SandboxDriver {
  closeInheritedOnExec();
  return new ProcessDriver(options);
}

class ProcessDriver implements SandboxDriver {
  readonly name = 'process';
  /** Without mounts no code can come later. */
  readonly parks = false;
  readonly networks = ['none', 'internet'] as const;
  readonly share = undefined;
  readonly failed = Promise.withResolvers<Error>().promise;
  readonly description: string;
  readonly #options: ProcessDriverOptions;
  readonly #sandboxes = new Set<Sandbox>();
  #closed = false;

  constructor(options: ProcessDriverOptions) {
    this.#options = options;
    this.description = `NO ISOLATION: functions run as plain processes of this user, see its files and its network, and have no limits (${options.reason})`;
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    checkSpec(spec);
    if (spec.parked === true) throw new TypeError('a plain process cannot be parked');
    for (const { source } of spec.mounts) await stat(source);
    invariant(!this.#closed, 'a closed driver makes no sandboxes');
    using onFailure = new DisposableStack();
    const listen = (): SandboxListener => {
      const { fd, port } = listenOnLoopback(0);
      onFailure.adopt(fd, closeSync);
      return { fd, address: `127.0.0.1:${port}` };
    };
    const listeners = { runtimeApi: listen(), awsEndpoint: listen() };
    const { readEnd, writeEnd } = openOutput();
    const output = new OutputPipe(readEnd);
    onFailure.defer(() => output.close());
    const side = spec.sideOutput === true ? openOutput() : undefined;
    const sideOutput = side === undefined ? undefined : new OutputPipe(side.readEnd);
    onFailure.defer(() => sideOutput?.close());
    const addresses = { runtimeApi: listeners.runtimeApi.address, awsEndpoint: listeners.awsEndpoint.address };
    const child = start(spec, addresses, side === undefined ? [writeEnd] : [writeEnd, side.writeEnd]);
    onFailure.move();
    const { clock, logger } = this.#options;
    const channel = child.stdio[3];
    invariant(channel instanceof Duplex, 'a pipe of a child is a socket');
    const release = (): void => void this.#sandboxes.delete(sandbox);
    const sandbox: Sandbox = new ProcessSandbox({ id: spec.id, child, channel, listeners, output, sideOutput, clock, logger, release });
    this.#sandboxes.add(sandbox);
    return sandbox;
  }

  expose(path: string): Promise<string> {
    return stat(path).then(() => path);
  }

  reach(directory: string): Promise<string> {
    return stat(directory).then(() => directory);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([...this.#sandboxes].map((sandbox) => sandbox.kill()));
  }
}

/** `outputs`: ours to close. The first is for standard output and error, the second for the side output. */
function start(spec: SandboxSpec, addresses: SandboxAddresses, outputs: readonly [number, number?]): ChildProcess {
  try {
    const given = spec.environment(addresses);
    checkEnvironment(given);
    const toHost = toHostPaths(spec.mounts);
    const cwd = toHost(spec.workingDirectory);
    const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, toHost(value)]));
    const [file, ...argv] = spec.command.map(toHost);
    invariant(file !== undefined, 'a sandbox has a command');
    const [output, sideOutput] = outputs;
    const stdio: ('ignore' | 'pipe' | number)[] = ['ignore', output, output, 'pipe'];
    if (sideOutput !== undefined) stdio.push(sideOutput);
    // A process group of its own, so that signals reach what it starts.
    const child = spawn(file, argv, { cwd, env: { ...env, PWD: cwd }, stdio, detached: true });
    if (child.pid !== undefined) return child;
    // Node tells why in an event as well; one report is enough.
    child.on('error', () => {});
    throw new Error(`${file} could not be started`);
  } finally {
    for (const fd of outputs) if (fd !== undefined) closeSync(fd);
  }
}
