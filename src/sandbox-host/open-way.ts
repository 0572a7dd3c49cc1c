import { closeSync, mkdirSync, openSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '#sandboxes/system-files.ts';
import { makeMountsPrivate, mount, MountFlag, unshareMounts } from './libc.ts';

/** open(2): only to name a file, whatever its modes. Node has no name for it. */
const O_PATH = 0o10000000;
export const OTHERS_SEARCH = 0o1;

/**
 * Lets other users pass to these paths, wherever they lie, for this process and its children alone: in a mount namespace of its
 * own, a directory that is closed to others, such as root's home, becomes an empty one that is open, and in it appear again what was
 * asked for, at its own path, and nothing else. What does not exist is passed over. @throws SystemCallError without the right to mount
 */
export function openWay(paths: readonly string[]): void {
  const behind = closedDirectories(paths);
  if (behind.size === 0) return;
  unshareMounts();
  makeMountsPrivate();
  for (const [closed, wanted] of behind) cover(closed, wanted);
}

/** By the topmost directory that others may not enter: the wanted paths below it. */
export function closedDirectories(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const path of new Set(paths.flatMap(realPath))) {
    const closed = ancestors(path).find((directory) => (statSync(directory).mode & OTHERS_SEARCH) === 0);
    if (closed === undefined) continue;
    found.set(closed, [...(found.get(closed) ?? []), path]);
  }
  return found;
}

function cover(closed: string, wanted: readonly string[]): void {
  // What lies in another that is wanted comes with it.
  const outermost = wanted.filter((path) => !wanted.some((other) => path.startsWith(`${other}/`)));
  const held = outermost.map((path) => ({ path, fd: openSync(path, O_PATH), isDirectory: statSync(path).isDirectory() }));
  mount({ source: 'hearth', target: closed, type: 'tmpfs', flags: MountFlag.noSuid | MountFlag.noDevices, data: 'mode=0711,size=1m' });
  for (const { path, fd, isDirectory } of held) {
    mkdirSync(isDirectory ? path : dirname(path), { recursive: true, mode: 0o711 });
    if (!isDirectory) writeFileSync(path, '');
    mount({ source: `/proc/self/fd/${fd}`, target: path, flags: MountFlag.bind | MountFlag.recursive });
    closeSync(fd);
  }
}

/** From the top down, without the path itself. */
export function ancestors(path: string): readonly string[] {
  return path === '/' ? [] : [...ancestors(dirname(path)), dirname(path)];
}

/** None when it does not exist. */
export function realPath(path: string): readonly string[] {
  try {
    return [realpathSync(path)];
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
