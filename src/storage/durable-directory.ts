import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Creates the directory and its missing parents, for the owner only (mode 0700), so that a power cut cannot take their names
 * away. Existing directories keep their mode.
 */
export async function createDurableDirectory(path: string): Promise<void> {
  const wanted = resolve(path);
  const firstCreated = await mkdir(wanted, { recursive: true, mode: 0o700 });
  if (firstCreated === undefined) return;
  // Each created directory's name is an entry of its parent.
  const last = dirname(firstCreated);
  for (let parent = dirname(wanted); ; parent = dirname(parent)) {
    await syncDirectory(parent);
    if (parent === last) return;
  }
}

/** Makes the names in a directory durable: a file's own synchronisation covers its content only. */
export async function syncDirectory(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}
