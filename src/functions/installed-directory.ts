import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { IdSource } from '#base/ids.ts';

/**
 * A directory that appears whole or not at all: `fill` works on a temporary one beside it, which a rename puts in place. When
 * another process was faster, its directory stays.
 */
export async function installDirectory(path: string, ids: IdSource, fill: (temporary: string) => Promise<void>): Promise<void> {
  if (await exists(path)) return;
  const temporary = `${path}.${ids.hex(8)}.tmp`;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await mkdir(temporary, { mode: 0o755 });
  try {
    await fill(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!(await exists(path))) throw error;
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether a file system call failed because there is nothing at its path. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** Paths of what lies in a folder, the newest version first; nothing when the folder is not there or not for us. */
export async function subfolders(parent: string): Promise<readonly string[]> {
  try {
    const names = await readdir(parent);
    return names.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true })).map((name) => join(parent, name));
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'EACCES')) return [];
    throw error;
  }
}
