import { closeSync, openSync, readFileSync, readSync, readdirSync, rmdirSync, writeFileSync, writeSync } from 'node:fs';
import { sleep } from '#base/clock.ts';
import type { Clock } from '#base/clock.ts';

/** One group of processes with limits of its own, in whichever version of control groups the host has. */
export interface Cgroup {
  /** A process joins by writing `0` to each of these files. */
  readonly joinFiles: readonly string[];
  setCpu(cpus: number): void;
  /** Tells the kernel, which stops the processes within microseconds. There is no waiting for it: that would be a busy loop. */
  freeze(): void;
  thaw(): void;
  peakMemoryBytes(): number;
  /** Whether the kernel killed a process of the group for lack of memory. */
  outOfMemory(): boolean;
  processes(): readonly number[];
  /** Kills every process, frozen or not. They are gone when `processes` is empty. */
  killAll(): void;
  /** Removes the empty group; waits for dying processes. @throws when it cannot be removed within 10 s */
  remove(): Promise<void>;
}

export interface CgroupLimits {
  readonly memoryBytes: number;
  readonly processes: number;
  readonly cpus: number;
}

/** Where groups are made. */
export interface Cgroups {
  readonly version: 1 | 2;
  create(name: string, limits: CgroupLimits): Cgroup;
  /** Kills and removes all groups whose name begins with `prefix`. */
  removeAll(prefix: string): Promise<void>;
}

/** Length of the span in which the CPU quota is given, as the kernel's default. */
export const CPU_PERIOD_US = 100_000;
/** The kernel refuses a quota below 1 ms. */
const MIN_QUOTA_US = 1000;
const REMOVE_TIMEOUT_MS = 10_000;
const REMOVE_RETRY_MS = 1;

export function cpuQuotaUs(cpus: number): number {
  return Math.max(MIN_QUOTA_US, Math.round(cpus * CPU_PERIOD_US));
}

/** Longer than any single number that the kernel writes. */
const NUMBER_BYTES = 32;

/** A control file that is kept open, so that a write or a read costs one system call. */
export class ControlFile {
  readonly #fd: number;

  constructor(path: string, flags: 'r' | 'r+') {
    this.#fd = openSync(path, flags);
  }

  /** The number that the file holds now. */
  readNumber(): number {
    const bytes = readSync(this.#fd, numberBuffer, 0, NUMBER_BYTES, 0);
    return Number(numberBuffer.toString('latin1', 0, bytes));
  }

  write(text: string): void {
    writeSync(this.#fd, text);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Shared by all reads: each is over before the next begins. */
const numberBuffer = Buffer.alloc(NUMBER_BYTES);

/** The process ids in a `cgroup.procs` file; none when the group is gone. */
export function readProcesses(path: string): readonly number[] {
  return (readIfThere(path) ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

/** The number after `key ` in a file of `key value` lines; 0 when it is not there. */
export function readCounter(path: string, key: string): number {
  for (const line of (readIfThere(path) ?? '').split('\n')) {
    const [name, value] = line.split(' ');
    if (name === key) return Number(value);
  }
  return 0;
}

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Returns whether the control file was there. */
export function writeIfThere(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'r+' });
    return true;
  } catch (error) {
    if (!isGone(error)) throw error;
    return false;
  }
}

/** Kills one process; one that is gone already is fine. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/**
 * Unlike the clock's own timers, keeps this process alive: one that is about to end must not leave before its sandboxes have.
 */
export async function sleepAlive(clock: Clock, delayMs: number): Promise<void> {
  const { port1 } = new MessageChannel();
  port1.ref();
  try {
    await sleep(clock, delayMs);
  } finally {
    port1.close();
  }
}

/** Removes a group's directory as soon as the last process has left it. */
export async function removeDirectory(clock: Clock, directory: string): Promise<void> {
  const giveUpMs = clock.monotonicMs() + REMOVE_TIMEOUT_MS;
  for (;;) {
    try {
      rmdirSync(directory);
      return;
    } catch (error) {
      if (isGone(error)) return;
      if (errorCode(error) !== 'EBUSY' || clock.monotonicMs() > giveUpMs) throw error;
    }
    await sleepAlive(clock, REMOVE_RETRY_MS);
  }
}

export function directoriesBeginningWith(parent: string, prefix: string): readonly string[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix))
    .map((entry) => entry.name);
}

/** ENODEV is what a control file answers when its group was removed while it was open. */
function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENODEV';
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
