import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies a folder's files and folders; links are left out. Not `fs.cp`: that gives each new folder the mode of its source, and into
 * the copy of a read-only one nothing more can be written.
 */
export async function copyTree(source: string, target: string, isWanted: (path: string) => boolean): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const path = join(source, entry.name);
    if (!isWanted(path)) continue;
    if (entry.isDirectory()) await copyTree(path, join(target, entry.name), isWanted);
    else if (entry.isFile()) await copyFile(path, join(target, entry.name));
  }
}
