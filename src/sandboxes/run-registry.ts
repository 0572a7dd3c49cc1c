import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readIfThere } from './cgroup.ts';

/** Who made things on this host that outlive a process: control groups, mounts. */
export interface RunOwner {
  readonly runId: string;
  readonly pid: number;
  /** In clock ticks since the host started: with the pid it names one process for good. */
  readonly startTicks: string;
  /** Changes with each start of the host. */
  readonly bootId: string;
}

/**
 * The runs that use a run directory, one file for each. Two daemons with different data folders have different run directories, and
 * never see, so never clean up, each other's.
 */
export class RunRegistry {
  readonly #directory: string;

  constructor(runDirectory: string) {
    this.#directory = `${runDirectory}/runs`;
  }

  register(runId: string): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const owner: RunOwner = { runId, pid: process.pid, startTicks: startTicks(process.pid) ?? '', bootId: bootId() };
    writeFileSync(this.#path(runId), JSON.stringify(owner), { mode: 0o600 });
  }

  forget(runId: string): void {
    rmSync(this.#path(runId), { force: true });
  }

  /** Runs whose owner is no more. */
  dead(): readonly string[] {
    return this.#owners().flatMap((owner) => (isAlive(owner) ? [] : [owner.runId]));
  }

  #owners(): readonly RunOwner[] {
    try {
      return readdirSync(this.#directory).flatMap((name) => parseOwner(readFileSync(`${this.#directory}/${name}`, 'utf8'), name));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  }

  #path(runId: string): string {
    return `${this.#directory}/${runId}.json`;
  }
}

/** A file that a dying process left half-written still has its run's id in its name: that owner is dead. */
function parseOwner(text: string, fileName: string): readonly RunOwner[] {
  const nobody: RunOwner = { runId: fileName.replace(/\.json$/, ''), pid: 0, startTicks: '', bootId: '' };
  try {
    return [{ ...nobody, ...(JSON.parse(text) as Partial<RunOwner>), runId: nobody.runId }];
  } catch (error) {
    if (error instanceof SyntaxError) return [nobody];
    throw error;
  }
}

function isAlive(owner: RunOwner): boolean {
  return owner.bootId === bootId() && owner.pid > 0 && startTicks(owner.pid) === owner.startTicks;
}

/** Field 22 of /proc/<pid>/stat, counted after the command, which may contain spaces and brackets itself. */
export function startTicks(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
