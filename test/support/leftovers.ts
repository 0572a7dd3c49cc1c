import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const RUNS = '/run/hearth';
const CONTROL_GROUPS = '/sys/fs/cgroup';

/** What one run of a daemon has put on this host: looked up while it runs, checked when it is gone. */
export interface Footprint {
  readonly runId: string;
  /** Process ids of everything that runs in its sandboxes, with the time of their start. */
  readonly processes: readonly string[];
  readonly controlGroups: readonly string[];
}

/** The footprint of the daemon with this process id. */
export function footprint(daemonPid: number): Footprint {
  const runId = runOf(daemonPid);
  const controlGroups = groupsOf(runId);
  const members = new Set(controlGroups.flatMap((group) => membersOf(group)));
  return { runId, controlGroups, processes: [...members].flatMap((pid) => identityOf(pid)) };
}

/** The kernel takes processes, their mounts and the loop devices below them apart after the last of their users has gone. */
const KERNEL_TAKES_MS = 3000;

/** Fails when anything is left of a run. `dataDir`: its data folder. */
export async function assertNothingLeft(run: Footprint, dataDir: string): Promise<void> {
  const endMs = performance.now() + KERNEL_TAKES_MS;
  while (leftovers(run, dataDir).length > 0 && performance.now() < endMs) await pause(20);
  assert.deepEqual(leftovers(run, dataDir), []);
}

function leftovers({ runId, processes }: Footprint, dataDir: string): readonly string[] {
  return [
    ...groupsOf(runId).map((group) => `control group ${group}`),
    ...processes
      .filter((identity) => identityOf(Number(identity.split('@')[0])).includes(identity))
      .map((identity) => `process ${identity}`),
    ...mountsOf(runId).map((mount) => `mount ${mount}`),
    ...loopDevicesOf(`${dataDir}/sandboxes/${runId}`).map((device) => `loop device ${device}`),
    ...[`${RUNS}/${runId}`, `${RUNS}/runs/${runId}.json`, `${dataDir}/sandboxes/${runId}`].filter((path) => existsSync(path)),
  ];
}

function runOf(daemonPid: number): string {
  for (const name of readdirSync(`${RUNS}/runs`)) {
    // The run is its sandbox host's, a child of the daemon.
    const { pid } = JSON.parse(readFileSync(`${RUNS}/runs/${name}`, 'utf8')) as { readonly pid: number };
    if (parentOf(pid) === daemonPid) return name.replace(/\.json$/, '');
  }
  return assert.fail(`process ${daemonPid} has no run`);
}

function parentOf(pid: number): number | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function groupsOf(runId: string): readonly string[] {
  return groupsBelow(CONTROL_GROUPS).filter((group) => basename(group).startsWith(`hearth-${runId}-`));
}

/** Groups come and go meanwhile. */
function groupsBelow(directory: string): readonly string[] {
  return subdirectories(directory).flatMap((name) => [`${directory}/${name}`, ...groupsBelow(`${directory}/${name}`)]);
}

function subdirectories(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function membersOf(group: string): readonly number[] {
  const pids = readIfThere(`${group}/cgroup.procs`)?.split('\n') ?? [];
  return pids.filter((pid) => pid !== '').map(Number);
}

/** `<pid>@<start in ticks>`: pids are used again. Empty when there is no such process, or a dead one that waits for its parent. */
function identityOf(pid: number): readonly string[] {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const [state] = fields;
  return state === undefined || state === 'Z' || state === 'X' ? [] : [`${pid}@${fields[19]}`];
}

/** In the mount namespaces of all processes: a daemon has its own. */
function mountsOf(runId: string): readonly string[] {
  const found = new Set<string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const line of readIfThere(`/proc/${pid}/mounts`)?.split('\n') ?? []) if (line.includes(runId)) found.add(line);
  }
  return [...found];
}

function loopDevicesOf(folder: string): readonly string[] {
  return readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .filter((name) => readIfThere(`/sys/block/${name}/loop/backing_file`)?.startsWith(`${folder}/`) === true);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Gone, or going: a process that ends answers ESRCH or EINVAL.
    return undefined;
  }
}
