import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { invariant } from '#base/invariant.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { OutputPipe } from './output-pipe.ts';
import { sleepAlive } from './sleep-alive.ts';
import { errorCode, readIfThere } from './system-files.ts';
import type { Sandbox, SandboxExit, SandboxListener, SandboxUsage } from './sandbox.ts';

export interface ProcessSandboxParts {
  readonly id: string;
  /** Leads a process group. */
  readonly child: ChildProcess;
  readonly channel: Duplex;
  readonly listeners: { readonly runtimeApi: SandboxListener; readonly awsEndpoint: SandboxListener };
  readonly output: OutputPipe;
  readonly sideOutput: OutputPipe | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly release: () => void;
}

const GROUP_GONE_RETRY_MS = 1;
/** A zombie whose parent is gone counts until the host's init collects it, so this is not waited for long. */
const GROUP_GONE_TIMEOUT_MS = 100;

/** A plain process group. Processes that leave the group escape freeze and kill: nothing here is isolation. */
export class ProcessSandbox implements Sandbox {
  readonly id: string;
  readonly channel: Duplex;
  readonly listeners: { readonly runtimeApi: SandboxListener; readonly awsEndpoint: SandboxListener };
  readonly exited: Promise<SandboxExit>;
  readonly #parts: ProcessSandboxParts;
  readonly #pid: number;
  #gone = false;
  #peakMemoryBytes = 0;

  constructor(parts: ProcessSandboxParts) {
    invariant(parts.child.pid !== undefined, 'the process was started');
    this.#parts = parts;
    this.#pid = parts.child.pid;
    this.id = parts.id;
    this.channel = parts.channel;
    this.listeners = parts.listeners;
    // A reset by a dying process says nothing that `exited` does not.
    parts.channel.on('error', (error) => parts.logger.debug('sandbox channel', { sandbox: parts.id, error }));
    // A signal that could not be sent: whether the process goes is seen all the same.
    parts.child.on('error', (error) => parts.logger.warn('sandbox process', { sandbox: parts.id, error }));
    const ended = Promise.withResolvers<SandboxExit>();
    parts.child.once('exit', (code, signal) => ended.resolve({ code: code ?? undefined, signal: signal ?? undefined, outOfMemory: false }));
    this.exited = ended.promise.then((exit) => this.#onEnd(exit));
  }

  onOutput(listener: (chunk: Buffer) => void): void {
    this.#parts.output.onOutput(listener);
  }

  onSideOutput(listener: (chunk: Buffer) => void): void {
    this.#parts.sideOutput?.onOutput(listener);
  }

  drainOutput(): void {
    this.#parts.output.drain();
    this.#parts.sideOutput?.drain();
  }

  setCpu(): void {
    // No limit to set: the process has all processors, as `description` says.
  }

  freeze(): void {
    this.#signalGroup('SIGSTOP');
  }

  thaw(): void {
    this.#signalGroup('SIGCONT');
  }

  /** Of the main process alone. */
  usage(): SandboxUsage {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readIfThere(`/proc/${this.#pid}/status`) ?? '')?.[1];
    if (kibibytes !== undefined) this.#peakMemoryBytes = Number(kibibytes) * 1024;
    return { peakMemoryBytes: this.#peakMemoryBytes };
  }

  /** Nobody limits its memory. */
  async outOfMemory(): Promise<boolean> {
    return false;
  }

  async connect(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  specialise(): Promise<void> {
    return Promise.reject(new Error(`the sandbox ${this.id} was not parked`));
  }

  signal(name: 'SIGTERM'): void {
    this.#parts.child.kill(name);
  }

  /** Its /tmp is the host's, and stays in any case. */
  halt(): Promise<void> {
    return this.kill();
  }

  async kill(): Promise<void> {
    if (!this.#gone) this.#signalGroup('SIGKILL');
    await this.exited;
  }

  async #onEnd(exit: SandboxExit): Promise<SandboxExit> {
    const { clock, output, sideOutput, channel, release } = this.#parts;
    const giveUpMs = clock.monotonicMs() + GROUP_GONE_TIMEOUT_MS;
    while (this.#signalGroup('SIGKILL') && clock.monotonicMs() < giveUpMs) await sleepAlive(clock, GROUP_GONE_RETRY_MS);
    this.#gone = true;
    for (const pipe of [output, sideOutput]) {
      pipe?.drain();
      pipe?.close();
    }
    channel.destroy();
    release();
    return exit;
  }

  /** Whether there was anybody to get it. */
  #signalGroup(signal: NodeJS.Signals): boolean {
    if (this.#gone) return false;
    try {
      process.kill(-this.#pid, signal);
      return true;
    } catch (error) {
      if (errorCode(error) !== 'ESRCH' && errorCode(error) !== 'EPERM') throw error;
      return false;
    }
  }
}
