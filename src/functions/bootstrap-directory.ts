import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { IdSource } from '#base/ids.ts';
import { copyTree } from './copy-tree.ts';
import { installDirectory } from './installed-directory.ts';

/** What becomes /var/runtime: our own bootstrap of a language, readable for everyone, under a name that follows its content. */
export interface BootstrapOptions {
  /** The folder `runtimes` of the package. */
  readonly sources: string;
  readonly language: 'nodejs' | 'python' | 'ruby';
  /** What else the content depends on, such as the exact version of a compiler. */
  readonly variant: string;
  /** Where such directories are kept. */
  readonly directory: string;
  readonly ids: IdSource;
  /** Works on the copy before anybody sees it. */
  readonly finish: (copy: string) => Promise<void>;
}

const WRAPPER = 'exec-wrapper';

/** Makes the directory unless it is there, and returns its path. */
export async function bootstrapDirectory(options: BootstrapOptions): Promise<string> {
  const source = join(options.sources, options.language);
  const digest = await contentDigest([source, join(options.sources, WRAPPER)]);
  const target = join(options.directory, `bootstrap-${options.variant}-${digest.slice(0, 12)}`);
  await installDirectory(target, options.ids, async (temporary) => {
    await copyTree(source, temporary, (path) => !path.endsWith('__pycache__'));
    await copyFile(join(options.sources, WRAPPER), join(temporary, WRAPPER));
    // A place to mount the AWS SDK on.
    if (options.language === 'nodejs') await mkdir(join(temporary, 'node_modules'));
    await options.finish(temporary);
    await makeReadable(temporary);
  });
  return target;
}

/** Gives everyone the right to read, whatever the umask of the checkout was. */
export async function makeReadable(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await makeReadable(path);
    else if (entry.isFile()) await chmod(path, 0o644);
  }
}

async function contentDigest(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) await addContent(hash, path, path);
  return hash.digest('hex');
}

async function addContent(hash: ReturnType<typeof createHash>, root: string, path: string): Promise<void> {
  const entries = await entriesOf(path);
  if (entries === undefined) {
    hash.update(`${relative(root, path)}\0`).update(await readFile(path));
    return;
  }
  for (const name of entries) await addContent(hash, root, join(path, name));
}

/** Undefined for a file. */
async function entriesOf(path: string): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(path)).filter((name) => name !== '__pycache__').toSorted();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
