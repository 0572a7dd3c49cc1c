import { chmod, link, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Links being made at once: enough to keep the threads of the file system busy. */
const PARALLEL_LINKS = 8;

type Kind = 'directory' | 'file' | 'link';

interface Entry {
  readonly source: string;
  /** From the root of its tree. */
  readonly path: string;
  readonly kind: Kind;
}

/**
 * Makes an empty folder into one tree of several, in order: of what lies at the same path the later tree's is there, and folders
 * become one. Files are hard links, so that they take no space and are in the page cache once. All trees must be on one file system
 * and never change.
 */
export async function mergeTrees(trees: readonly string[], target: string): Promise<void> {
  const merged = new Map<string, Entry>();
  // From the last one: what has taken a path stays there.
  for (const tree of trees.toReversed()) await addTree(tree, '', merged);
  const entries = [...merged.values()];
  // A parent was seen before what it contains.
  for (const { path, kind } of entries) {
    if (kind !== 'directory') continue;
    await mkdir(join(target, path));
    // The mode given to mkdir would be cut by the umask.
    await chmod(join(target, path), 0o755);
  }
  const leaves = entries.filter(({ kind }) => kind !== 'directory').values();
  const workers = await Promise.allSettled(Array.from({ length: PARALLEL_LINKS }, () => linkAll(leaves, target)));
  // All have stopped before the first failure is told, so that nobody writes into a folder that is being discarded.
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
}

async function addTree(source: string, folder: string, merged: Map<string, Entry>): Promise<void> {
  for (const found of await readdir(join(source, folder), { withFileTypes: true })) {
    const path = join(folder, found.name);
    const kind = found.isDirectory() ? 'directory' : found.isSymbolicLink() ? 'link' : 'file';
    const taken = merged.get(path);
    if (taken === undefined) merged.set(path, { source, path, kind });
    if (kind === 'directory' && (taken ?? { kind }).kind === 'directory') await addTree(source, path, merged);
  }
}

/** One of several workers that take from the same iterator. */
async function linkAll(entries: IterableIterator<Entry>, target: string): Promise<void> {
  for (const { source, path, kind } of entries) {
    const original = join(source, path);
    if (kind === 'link') await symlink(await readlink(original), join(target, path));
    else await link(original, join(target, path));
  }
}
