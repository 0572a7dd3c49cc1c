import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';
import { errorCode } from '#sandboxes/system-files.ts';
import type { Cgroups } from './cgroup.ts';
import { CgroupsV1 } from './cgroup-v1.ts';
import type { CgroupV1Mounts } from './cgroup-v1.ts';
import { CgroupsV2 } from './cgroup-v2.ts';

/** Which control groups this host offers to us, or why none. */
export type CgroupLayout =
  | { readonly version: 1; readonly mounts: CgroupV1Mounts }
  | { readonly version: 2; readonly parent: string }
  | { readonly version: undefined; readonly reason: string };

const NEEDED_V2 = ['memory', 'cpu', 'pids'] as const;

/**
 * Finds the hierarchies. Groups are made at the top of what is mounted: on a host that is the root, as Docker does without systemd;
 * in a container it is the container's own group, whose limits then hold for the sandboxes too.
 */
export function findCgroups(mountInfo: string): CgroupLayout {
  const mounts = mountInfo.split('\n').flatMap(parseMount);
  const v1 = (controller: string): string | undefined =>
    mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller))?.mountPoint;
  const memory = v1('memory');
  const cpu = v1('cpu');
  const pids = v1('pids');
  const freezer = v1('freezer');
  if (memory !== undefined && cpu !== undefined && pids !== undefined && freezer !== undefined) {
    return { version: 1, mounts: { memory, cpu, pids, freezer } };
  }
  const unified = mounts.find(({ type }) => type === 'cgroup2')?.mountPoint;
  if (unified === undefined) return { version: undefined, reason: 'no control groups are mounted under /sys/fs/cgroup' };
  return { version: 2, parent: unified };
}

/** Whether groups can really be made there. On version 2 this turns the controllers on for the children of the parent. */
export function prepareCgroups(layout: CgroupLayout): CgroupLayout {
  if (layout.version === undefined) return layout;
  try {
    if (layout.version === 2) enableControllers(layout.parent);
    const parents = layout.version === 1 ? Object.values(layout.mounts) : [layout.parent];
    for (const parent of new Set<string>(parents)) {
      const trial = `${parent}/hearth-trial-${process.pid}`;
      mkdirSync(trial);
      rmdirSync(trial);
    }
    return layout;
  } catch (error) {
    return { version: undefined, reason: `control groups version ${layout.version} are there but refuse us: ${String(error)}` };
  }
}

/** @throws when the layout has none: ask `prepareCgroups` before */
export function openCgroups(layout: CgroupLayout, clock: Clock): Cgroups {
  switch (layout.version) {
    case 1:
      return new CgroupsV1(layout.mounts, clock);
    case 2:
      return new CgroupsV2(layout.parent, clock);
    default:
      throw new Error(layout.reason);
  }
}

function enableControllers(parent: string): void {
  const words = (file: string): readonly string[] => readFileSync(`${parent}/${file}`, 'utf8').trim().split(' ');
  const offered = words('cgroup.controllers');
  const missing = NEEDED_V2.filter((controller) => !offered.includes(controller));
  if (missing.length > 0) throw new Error(`the controllers ${missing.join(', ')} are not available in ${parent}`);
  const enabled = words('cgroup.subtree_control');
  const wanted = NEEDED_V2.filter((controller) => !enabled.includes(controller));
  if (wanted.length === 0) return;
  // Only the real root may have processes and controllers for children at once. The top of a container's hierarchy is another
  // group's child; its processes move to a leaf first, as Docker-in-Docker does it.
  if (existsSync(`${parent}/cgroup.type`)) moveProcessesToLeaf(parent);
  writeFileSync(`${parent}/cgroup.subtree_control`, wanted.map((controller) => `+${controller}`).join(' '));
}

function moveProcessesToLeaf(parent: string): void {
  const leaf = `${parent}/hearth-host`;
  mkdirSync(leaf, { recursive: true });
  for (const pid of readFileSync(`${parent}/cgroup.procs`, 'utf8').split('\n')) {
    // 0 stands for a process outside our process namespace, which we could not name.
    if (pid !== '' && pid !== '0') moveProcess(pid, leaf);
  }
}

function moveProcess(pid: string, group: string): void {
  try {
    writeFileSync(`${group}/cgroup.procs`, pid);
  } catch (error) {
    // It ended meanwhile.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** A line of /proc/self/mountinfo: … mount point, options, optional fields, `-`, type, source, super options. */
function parseMount(line: string): readonly { readonly mountPoint: string; readonly type: string; readonly options: readonly string[] }[] {
  const [left, right] = line.split(' - ');
  const mountPoint = left?.split(' ')[4];
  const [type, , options] = right?.split(' ') ?? [];
  if (mountPoint === undefined || type === undefined || options === undefined) return [];
  return [{ mountPoint, type, options: options.split(',') }];
}
