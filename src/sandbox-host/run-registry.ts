import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { errorCode, readIfThere } from '#sandboxes/system-files.ts';

/** Who made things on this host that outlive a process: control groups, mounts. */
export interface RunOwner {
  readonly runId: string;
  readonly pid: number;
  /** In clock ticks since the host started: with the pid it names one process for good. */
  readonly startTicks: string;
  /** Changes with each start of the host. */
  readonly bootId: string;
  /** Where its images and copies are; undefined in a record that cannot be read. */
  readonly dataDirectory: string | undefined;
}

const SUFFIX = '.json';

/** The runs that use a run directory, one file for each. Daemons with different data folders share it, and clean up after each other. */
export class RunRegistry {
  readonly #runDirectory: string;
  readonly #directory: string;

  constructor(runDirectory: string) {
    this.#runDirectory = runDirectory;
    this.#directory = `${runDirectory}/runs`;
  }

  /** Before anything is made, so that whatever a run makes can be found. */
  register(runId: string, dataDirectory: string): void {
    // Others pass through it, to what is bound into their sandbox; the records are not for them.
    mkdirSync(this.#runDirectory, { recursive: true });
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const owner: RunOwner = { runId, pid: process.pid, startTicks: startTicks(process.pid) ?? '', bootId: bootId(), dataDirectory };
    // Whole or not at all: half a record would read as that of a dead run, and its sandboxes would be killed.
    const unfinished = `${this.#directory}/${runId}.new`;
    writeFileSync(unfinished, JSON.stringify(owner), { mode: 0o600 });
    renameSync(unfinished, this.#path(runId));
  }

  forget(runId: string): void {
    rmSync(this.#path(runId), { force: true });
  }

  /** Runs whose owner is no more. */
  dead(): readonly RunOwner[] {
    return this.#owners().filter((owner) => !isAlive(owner));
  }

  #owners(): readonly RunOwner[] {
    try {
      const records = readdirSync(this.#directory).filter((name) => name.endsWith(SUFFIX));
      return records.flatMap((name) => {
        // Another daemon may forget it between the listing and the look.
        const text = readIfThere(`${this.#directory}/${name}`);
        return text === undefined ? [] : [parseOwner(text, name.slice(0, -SUFFIX.length))];
      });
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  #path(runId: string): string {
    return `${this.#directory}/${runId}${SUFFIX}`;
  }
}

/** A record that cannot be read still has its run's id in its name: that owner is dead. */
function parseOwner(text: string, runId: string): RunOwner {
  const nobody: RunOwner = { runId, pid: 0, startTicks: '', bootId: '', dataDirectory: undefined };
  try {
    return { ...nobody, ...(JSON.parse(text) as Partial<RunOwner>), runId };
  } catch (error) {
    if (error instanceof SyntaxError) return nobody;
    throw error;
  }
}

function isAlive(owner: RunOwner): boolean {
  return owner.bootId === bootId() && owner.pid > 0 && startTicks(owner.pid) === owner.startTicks;
}

/**
 * Field 22 of /proc/<pid>/stat, counted after the command, which may contain spaces and brackets itself. Undefined for one that is no
 * more, or only waits for its parent to notice.
 */
export function startTicks(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields?.[19];
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
