import { existsSync, mkdirSync, openSync, rmdirSync, writeFileSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';
import { CgroupControl, CPU_PERIOD_US, cpuQuotaUs } from '#sandboxes/cgroup-control.ts';
import type { ControlDescriptors } from '#sandboxes/cgroup-control.ts';
import { writeIfThere } from '#sandboxes/system-files.ts';
import { directoriesBeginningWith, killProcess, readCounter, readProcesses, removeDirectory } from './cgroup.ts';
import type { Cgroup, CgroupLimits, Cgroups } from './cgroup.ts';

/** Control groups version 2: one directory for everything. */
export class CgroupsV2 implements Cgroups {
  readonly version = 2;
  readonly #parent: string;
  readonly #clock: Clock;

  /** `parent` is a group whose children have the controllers memory, cpu and pids. */
  constructor(parent: string, clock: Clock) {
    this.#parent = parent;
    this.#clock = clock;
  }

  create(name: string, limits: CgroupLimits): Cgroup {
    const directory = `${this.#parent}/${name}`;
    mkdirSync(directory);
    try {
      setLimits(directory, limits);
      return new CgroupV2(directory, this.#clock);
    } catch (error) {
      rmdirSync(directory);
      throw error;
    }
  }

  async removeAll(prefix: string): Promise<void> {
    for (const name of directoriesBeginningWith(this.#parent, prefix)) {
      killAllIn(`${this.#parent}/${name}`);
      await removeDirectory(this.#clock, `${this.#parent}/${name}`);
    }
  }
}

function setLimits(directory: string, limits: CgroupLimits): void {
  writeFileSync(`${directory}/memory.max`, String(limits.memoryBytes));
  // No swap, or a host with swap would never show an out-of-memory kill. A kernel without swap lacks the file.
  writeIfThere(`${directory}/memory.swap.max`, '0');
  writeFileSync(`${directory}/memory.oom.group`, '1');
  writeFileSync(`${directory}/pids.max`, String(limits.processes));
  writeFileSync(`${directory}/cpu.max`, `${cpuQuotaUs(limits.cpus)} ${CPU_PERIOD_US}`);
}

/** `cgroup.kill` came with Linux 5.14. Before it: frozen processes cannot fork away, and version 2 delivers SIGKILL to them. */
function killAllIn(directory: string): void {
  if (writeIfThere(`${directory}/cgroup.kill`, '1')) return;
  if (!writeIfThere(`${directory}/cgroup.freeze`, '1')) return;
  for (const pid of readProcesses(`${directory}/cgroup.procs`)) killProcess(pid);
  writeIfThere(`${directory}/cgroup.freeze`, '0');
}

class CgroupV2 implements Cgroup {
  readonly joinFiles: readonly string[];
  readonly descriptors: ControlDescriptors;
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #control: CgroupControl;

  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
    this.joinFiles = [`${directory}/cgroup.procs`];
    const peak = `${directory}/memory.peak`;
    this.descriptors = {
      freezer: openSync(`${directory}/cgroup.freeze`, 'r+'),
      quota: openSync(`${directory}/cpu.max`, 'r+'),
      // Before Linux 5.19 the kernel keeps no peak.
      memory: openSync(existsSync(peak) ? peak : `${directory}/memory.current`, 'r'),
    };
    this.#control = new CgroupControl(2, this.descriptors);
  }

  raiseMemory(bytes: number): void {
    writeFileSync(`${this.#directory}/memory.max`, String(bytes));
  }

  peakMemoryBytes(): number {
    return this.#control.peakMemoryBytes();
  }

  outOfMemory(): boolean {
    return readCounter(`${this.#directory}/memory.events`, 'oom_kill') > 0;
  }

  processes(): readonly number[] {
    return readProcesses(`${this.#directory}/cgroup.procs`);
  }

  killAll(): void {
    killAllIn(this.#directory);
  }

  async remove(): Promise<void> {
    this.#control.close();
    await removeDirectory(this.#clock, this.#directory);
  }
}
