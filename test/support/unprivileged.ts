import { chmod, chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const NOBODY = 65_534;

/** Runs `work` as a user whom modes hold back; root, whom nothing holds back, becomes nobody meanwhile. */
export async function unprivileged<Result>(work: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** Gives everything at and below `path` to that user, and takes away the right to write from everyone. */
export async function makeReadOnly(path: string): Promise<void> {
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    const inside = join(entry.parentPath, entry.name);
    await giveAway(inside);
    await chmod(inside, entry.isDirectory() ? 0o500 : 0o400);
  }
  await giveAway(path);
  await chmod(path, 0o500);
}

/** Gives a file or folder to that user. */
export async function giveAway(path: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, NOBODY, NOBODY);
}
