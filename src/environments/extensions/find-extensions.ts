import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The external extensions in the layers of a function, by file name and in its order: every file in /opt/extensions, executable or
 * not, since the service tries each and fails the init phase for one that it cannot run. `layers` is the unpacked /opt on this host.
 */
export async function findExtensions(layers: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(join(layers, 'extensions'), { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name)
      .toSorted();
  } catch (error) {
    // No folder at all, or a file in its place.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  }
}
