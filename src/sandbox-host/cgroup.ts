import { readdirSync, rmdirSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';
import type { CgroupVersion, ControlDescriptors } from '#sandboxes/cgroup-control.ts';
import { sleepAlive } from '#sandboxes/sleep-alive.ts';
import { errorCode, isGone, readIfThere } from '#sandboxes/system-files.ts';

/** One group of processes with limits of its own, in whichever version of control groups the host has. */
export interface Cgroup {
  /** A process joins by writing `0` to each of these files. */
  readonly joinFiles: readonly string[];
  /** Open until it is removed. Whoever else shall freeze and thaw it gets descriptors of their own. */
  readonly descriptors: ControlDescriptors;
  /** A limit at least as high as the one before. */
  raiseMemory(bytes: number): void;
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
  readonly version: CgroupVersion;
  create(name: string, limits: CgroupLimits): Cgroup;
  /** Kills and removes all groups whose name begins with `prefix`. */
  removeAll(prefix: string): Promise<void>;
}

const REMOVE_TIMEOUT_MS = 10_000;
const REMOVE_RETRY_MS = 1;

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

/** Kills one process; one that is gone already is fine. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
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
