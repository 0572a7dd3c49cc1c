import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readExecutableHeader } from './executable-header.ts';
import type { EntrypointPlace } from './custom-entrypoint.ts';
import { isMissing } from './installed-directory.ts';

/** Enough to see what is wrong. */
const MAX_NAMED = 5;
const NATIVE = /\.(?:node|so(?:\.[\d.]+)?)$/;

/**
 * Native modules and libraries of a function that this host cannot load, one sentence each. Looked for when a function could not be
 * initialised, because loaders say no more than that such a file cannot be opened.
 */
export async function foreignBinaries({ task, layers, hostArchitecture }: EntrypointPlace): Promise<readonly string[]> {
  const named: string[] = [];
  for (const [folder, inside] of [
    [task, '/var/task'],
    [layers, '/opt'],
  ] as const) {
    if (folder === undefined) continue;
    for (const entry of await filesBelow(folder)) {
      if (!entry.isFile() || !NATIVE.test(entry.name)) continue;
      const file = join(entry.parentPath, entry.name);
      const header = await readExecutableHeader(file);
      if (header.kind !== 'elf' || header.machine === hostArchitecture) continue;
      named.push(`${join(inside, relative(folder, file))} is built for ${header.machine}; this host is ${hostArchitecture}`);
      if (named.length === MAX_NAMED) return named;
    }
  }
  return named;
}

/** The code may have been removed meanwhile. */
async function filesBelow(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
