import { mkdirSync, openSync, rmdirSync, writeFileSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';
import { CgroupControl, CPU_PERIOD_US, cpuQuotaUs } from '#sandboxes/cgroup-control.ts';
import type { ControlDescriptors } from '#sandboxes/cgroup-control.ts';
import { errorCode, readIfThere, writeIfThere } from '#sandboxes/system-files.ts';
import { directoriesBeginningWith, killProcess, readCounter, readProcesses, removeDirectory } from './cgroup.ts';
import type { Cgroup, CgroupLimits, Cgroups } from './cgroup.ts';

/** Mount point of each hierarchy. */
export interface CgroupV1Mounts {
  readonly memory: string;
  readonly cpu: string;
  readonly pids: string;
  readonly freezer: string;
}

const CONTROLLERS = ['memory', 'cpu', 'pids', 'freezer'] as const;

/** Each directory once: cpu and another controller can be mounted together. */
function directoriesOf(places: CgroupV1Mounts): readonly string[] {
  return [...new Set(CONTROLLERS.map((controller) => places[controller]))];
}

/** Control groups version 1: one directory per controller. */
export class CgroupsV1 implements Cgroups {
  readonly version = 1;
  readonly #mounts: CgroupV1Mounts;
  readonly #clock: Clock;

  constructor(mounts: CgroupV1Mounts, clock: Clock) {
    this.#mounts = mounts;
    this.#clock = clock;
  }

  create(name: string, limits: CgroupLimits): Cgroup {
    const directories = this.#directories(name);
    const made: string[] = [];
    try {
      for (const directory of directoriesOf(directories)) {
        mkdirSync(directory);
        made.push(directory);
      }
      setLimits(directories, limits);
      return new CgroupV1(directories, this.#clock);
    } catch (error) {
      for (const directory of made) rmdirSync(directory);
      throw error;
    }
  }

  async removeAll(prefix: string): Promise<void> {
    const names = new Set(CONTROLLERS.flatMap((controller) => directoriesBeginningWith(this.#mounts[controller], prefix)));
    for (const name of names) {
      const directories = this.#directories(name);
      // A run that died while it made or removed a group leaves it in some of the hierarchies only.
      const freezer = `${directories.freezer}/freezer.state`;
      const frozen = readIfThere(freezer) !== undefined;
      for (const directory of directoriesOf(directories)) for (const pid of readProcesses(`${directory}/cgroup.procs`)) killProcess(pid);
      if (frozen) writeIfThere(freezer, 'THAWED');
      for (const directory of directoriesOf(directories)) await removeDirectory(this.#clock, directory);
    }
  }

  #directories(name: string): CgroupV1Mounts {
    const { memory, cpu, pids, freezer } = this.#mounts;
    return { memory: `${memory}/${name}`, cpu: `${cpu}/${name}`, pids: `${pids}/${name}`, freezer: `${freezer}/${name}` };
  }
}

function setLimits(directories: CgroupV1Mounts, limits: CgroupLimits): void {
  writeFileSync(`${directories.memory}/memory.limit_in_bytes`, String(limits.memoryBytes));
  setMemoryAndSwap(directories, limits.memoryBytes);
  writeFileSync(`${directories.pids}/pids.max`, String(limits.processes));
  writeFileSync(`${directories.cpu}/cpu.cfs_period_us`, String(CPU_PERIOD_US));
  writeFileSync(`${directories.cpu}/cpu.cfs_quota_us`, String(cpuQuotaUs(limits.cpus)));
}

/** Memory and swap together: no swap, or a host with swap would never show an out-of-memory kill. Never below the limit of memory. */
function setMemoryAndSwap(directories: CgroupV1Mounts, bytes: number): void {
  try {
    writeFileSync(`${directories.memory}/memory.memsw.limit_in_bytes`, String(bytes));
  } catch (error) {
    // A kernel that does not account swap lacks the file, and refuses to make it (EACCES on this file system).
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'EACCES') throw error;
    writeFileSync(`${directories.memory}/memory.swappiness`, '0');
  }
}

class CgroupV1 implements Cgroup {
  readonly joinFiles: readonly string[];
  readonly descriptors: ControlDescriptors;
  readonly #directories: CgroupV1Mounts;
  readonly #clock: Clock;
  readonly #control: CgroupControl;

  constructor(directories: CgroupV1Mounts, clock: Clock) {
    this.#directories = directories;
    this.#clock = clock;
    // `tasks`, not `cgroup.procs`: the latter waits 5 to 15 ms for every processor, the former moves one thread at once.
    this.joinFiles = directoriesOf(directories).map((directory) => `${directory}/tasks`);
    this.descriptors = {
      freezer: openSync(`${directories.freezer}/freezer.state`, 'r+'),
      quota: openSync(`${directories.cpu}/cpu.cfs_quota_us`, 'r+'),
      memory: openSync(`${directories.memory}/memory.max_usage_in_bytes`, 'r'),
    };
    this.#control = new CgroupControl(1, this.descriptors);
  }

  raiseMemory(bytes: number): void {
    setMemoryAndSwap(this.#directories, bytes);
    writeFileSync(`${this.#directories.memory}/memory.limit_in_bytes`, String(bytes));
  }

  peakMemoryBytes(): number {
    return this.#control.peakMemoryBytes();
  }

  outOfMemory(): boolean {
    return readCounter(`${this.#directories.memory}/memory.oom_control`, 'oom_kill') > 0;
  }

  processes(): readonly number[] {
    return readProcesses(`${this.#directories.pids}/cgroup.procs`);
  }

  killAll(): void {
    // A running process could fork away from us, a frozen one dies only once thawed. There is no need to wait until all stand
    // still: what slips through is found by the caller, who asks again until none is left.
    this.#control.freeze();
    for (const pid of this.processes()) killProcess(pid);
    this.#control.thaw();
  }

  async remove(): Promise<void> {
    this.#control.close();
    for (const directory of directoriesOf(this.#directories)) await removeDirectory(this.#clock, directory);
  }
}
