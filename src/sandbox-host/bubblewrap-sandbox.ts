import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { readAvailable } from '#sandboxes/libc.ts';
import type { SandboxExit } from '#sandboxes/sandbox.ts';
import { sleepAlive } from '#sandboxes/sleep-alive.ts';
import { readIfThere } from '#sandboxes/system-files.ts';
import type { Cgroup } from './cgroup.ts';
import { decodeExit } from './exit-status.ts';
import type { ExitStatus } from './exit-status.ts';
import type { SandboxPlace } from './sandbox-place.ts';

export interface BubblewrapSandboxParts {
  readonly id: string;
  /** sh, which becomes setpriv, which becomes bwrap: one process. */
  readonly child: ChildProcess;
  /** Read end, not blocking, of the pipe that bwrap writes its status to. Ours to close. */
  readonly statusFd: number;
  readonly cgroup: Cgroup;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Its own until a successor takes it over. */
  readonly place: SandboxPlace;
  /** Nothing is left of it, or what is left is its successor's. */
  readonly onReleased: () => void;
}

/** How a sandbox ended. */
export interface SandboxEnd {
  readonly exit: SandboxExit;
  readonly peakMemoryBytes: number;
}

const PROCESSES_GONE_RETRY_MS = 1;
const PROCESSES_GONE_TIMEOUT_MS = 10_000;
const STATUS_BYTES = 4096;

/**
 * A running bubblewrap sandbox. Its life has one direction: running → processes gone (`exited` resolves) → control group removed
 * (`halt` resolves) → place given back, or taken over by a successor (`kill` resolves). Whatever ends it, the same steps follow the
 * exit of bwrap, but for the last, which somebody asks for.
 */
export class BubblewrapSandbox {
  readonly id: string;
  readonly exited: Promise<SandboxEnd>;
  readonly #parts: BubblewrapSandboxParts;
  readonly #halted: Promise<void>;
  readonly #released = Promise.withResolvers<void>();
  #gone = false;
  #killed = false;
  /** What outlives the processes; undefined once it is given back or another's. */
  #place: SandboxPlace | undefined;

  constructor(parts: BubblewrapSandboxParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.#place = parts.place;
    // A signal that could not be sent: whether the process goes is seen all the same.
    parts.child.on('error', (error) => parts.logger.warn('sandbox process', { sandbox: parts.id, error }));
    const ended = Promise.withResolvers<ExitStatus>();
    parts.child.once('exit', (code, signal) => ended.resolve(decodeExit(code, signal)));
    this.exited = ended.promise.then((status) => this.#onEnd(status));
    this.#halted = this.exited.then(() => this.#removeCgroup());
  }

  /** Resolves when nothing is left of it, however it ended. */
  get released(): Promise<void> {
    return this.#released.promise;
  }

  /** A process in the sandbox's network. @throws when it has ended */
  get networkPid(): number {
    const { pid } = this.#parts.child;
    if (this.#gone || this.#killed || pid === undefined) throw new Error(`the sandbox ${this.id} has ended`);
    return pid;
  }

  /** Whether the kernel has killed for lack of memory within it up to now. */
  outOfMemory(): boolean {
    return !this.#gone && this.#parts.cgroup.outOfMemory();
  }

  /** The main process. @throws when there is none yet, or none any more */
  get mainPid(): number {
    const main = this.#gone || this.#killed ? undefined : this.#mainProcess();
    if (main === undefined) throw new Error(`the sandbox ${this.id} runs no command`);
    return main;
  }

  /** SIGTERM to the main process. */
  terminate(): void {
    const main = this.#gone ? undefined : this.#mainProcess();
    if (main !== undefined) process.kill(main, 'SIGTERM');
  }

  /** Kills every process; the place stays. */
  halt(): Promise<void> {
    if (!this.#killed && !this.#gone) {
      this.#killed = true;
      // The group may still lack the process that is about to join it, and bwrap's end takes its children with it anyway.
      this.#parts.child.kill('SIGKILL');
      this.#parts.cgroup.killAll();
    }
    return this.#halted;
  }

  async kill(): Promise<void> {
    const place = this.#place;
    this.#place = undefined;
    await this.halt();
    if (place !== undefined) await this.#giveBack(place);
    await this.released;
  }

  /** What a successor would get; it stays this one's until `handOver`. @throws when it was given away, or back, already */
  get place(): SandboxPlace {
    if (this.#place === undefined) throw new Error(`the sandbox ${this.id} has no place to take over`);
    return this.#place;
  }

  /** The place is the successor's now. Only after `halt`. */
  handOver(): void {
    this.#place = undefined;
    this.#onReleased();
  }

  #mainProcess(): number | undefined {
    return this.#parts.cgroup.processes().find(isMainProcess);
  }

  async #onEnd(status: ExitStatus): Promise<SandboxEnd> {
    const { cgroup, logger } = this.#parts;
    let outOfMemory = false;
    let peakMemoryBytes = 0;
    try {
      await this.#awaitProcessesGone();
      outOfMemory = cgroup.outOfMemory();
      peakMemoryBytes = cgroup.peakMemoryBytes();
    } catch (error) {
      logger.error('the control group of a sandbox does not answer', { sandbox: this.id, error });
    }
    this.#gone = true;
    if (!this.#ranCommand() && !this.#killed && !outOfMemory)
      logger.error('a sandbox could not be set up', { sandbox: this.id, ...status });
    return { exit: { ...status, outOfMemory }, peakMemoryBytes };
  }

  /** bwrap ends with the main process; what that left running dies with bwrap, but takes its time. */
  async #awaitProcessesGone(): Promise<void> {
    const { cgroup, clock, logger } = this.#parts;
    const giveUpMs = clock.monotonicMs() + PROCESSES_GONE_TIMEOUT_MS;
    while (cgroup.processes().length > 0) {
      if (clock.monotonicMs() > giveUpMs) {
        logger.error('processes of a sandbox do not die', { sandbox: this.id, processes: cgroup.processes() });
        return;
      }
      cgroup.killAll();
      await sleepAlive(clock, PROCESSES_GONE_RETRY_MS);
    }
  }

  async #removeCgroup(): Promise<void> {
    const { cgroup, place } = this.#parts;
    await this.#remove(async () => {
      // A user who still has a process, since that would not die, is not given to a sandbox of others.
      if (cgroup.processes().length > 0) place.keepUser();
      await cgroup.remove();
    });
  }

  async #giveBack(place: SandboxPlace): Promise<void> {
    await this.#remove(() => place.release());
    this.#onReleased();
  }

  #onReleased(): void {
    this.#parts.onReleased();
    this.#released.resolve();
  }

  /** Never fails: there is nobody who could do anything about it, and the daemon goes on. What is left goes at its next start. */
  async #remove(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#parts.logger.error('a sandbox could not be removed completely', { sandbox: this.id, error });
    }
  }

  /** bwrap reports the exit code of a command only once everything before it went well. */
  #ranCommand(): boolean {
    const buffer = Buffer.alloc(STATUS_BYTES);
    try {
      // Nothing to read counts as nothing said, even while a process that does not die holds the other end.
      const bytes = readAvailable(this.#parts.statusFd, buffer);
      return buffer.toString('utf8', 0, bytes).includes('"exit-code"');
    } finally {
      closeSync(this.#parts.statusFd);
    }
  }
}

/**
 * Inside, process 1 is bwrap's reaper and process 2 is the command. From outside NSpid lists the number in each process namespace,
 * ours first.
 */
function isMainProcess(pid: number): boolean {
  const numbers = /^NSpid:\s+(.*)$/m.exec(readIfThere(`/proc/${pid}/status`) ?? '')?.[1]?.split(/\s+/) ?? [];
  return numbers.length > 1 && numbers.at(-1) === '2';
}
