import { mkdir, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { IdSource } from '#base/ids.ts';
import { runHostCommand } from './host-command.ts';
import { detach, mount, MountFlag } from './libc.ts';

const OTHERS_READ = 0o4;
const OTHERS_SEARCH = 0o1;

/** A runtime is some hundred MB. */
const COPY_TIMEOUT_MS = 120_000;
/** One walk through the files of a runtime. */
const WALK_TIMEOUT_MS = 30_000;

export interface ExposedDirectoriesOptions {
  /** Becomes a small tmpfs for mount points. Its ancestors must let others pass. */
  readonly mountDirectory: string;
  /** For copies, on a disk. */
  readonly copyDirectory: string;
  readonly ids: IdSource;
}

/**
 * Makes files reachable that a sandbox's user could not read where they are: below a folder of mode 0700, such as root's home, or
 * written with umask 077. The former are bound to an unguessable name in a folder that lets others pass but not list; the latter
 * are copied first, readable. Only for what may be read by every function: runtimes, never code or secrets.
 */
export class ExposedDirectories {
  readonly #options: ExposedDirectoriesOptions;
  readonly #exposed = new Map<string, Promise<string>>();
  readonly #reached = new Map<string, Promise<string>>();
  readonly #mounts: string[] = [];
  #root: Promise<void> | undefined;

  constructor(options: ExposedDirectoriesOptions) {
    this.#options = options;
  }

  /** The path to use instead; the path itself when it will do. Each path is worked on once. @throws when it does not exist */
  expose(path: string): Promise<string> {
    return once(this.#exposed, path, () => this.#expose(path));
  }

  /** A path by which others may pass to this directory, whose own modes and those inside stay the guard. @throws when it does not exist */
  reach(directory: string): Promise<string> {
    return once(this.#reached, directory, () => this.#reach(directory));
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#exposed.values(), ...this.#reached.values()]);
    // The folder of mount points was mounted first, so it goes last.
    for (const path of this.#mounts.splice(0).toReversed()) detach(path);
    await rm(this.#options.copyDirectory, { recursive: true, force: true });
    if (this.#root !== undefined) await rmdir(this.#options.mountDirectory);
  }

  async #expose(path: string): Promise<string> {
    const source = await realpath(path);
    const readable = await isReadableByOthers(source);
    if (readable && (await othersMayPass(dirname(source)))) return source;
    return this.#bind(readable ? source : await this.#copy(source));
  }

  async #reach(directory: string): Promise<string> {
    const source = await realpath(directory);
    return (await othersMayPass(dirname(source))) ? source : this.#bind(source);
  }

  async #makeRoot(): Promise<void> {
    const { mountDirectory } = this.#options;
    await mkdir(mountDirectory, { recursive: true });
    mount({
      source: 'hearth',
      target: mountDirectory,
      type: 'tmpfs',
      flags: MountFlag.noSuid | MountFlag.noDevices,
      data: 'mode=0711,size=1m',
    });
    this.#mounts.push(mountDirectory);
  }

  async #bind(source: string): Promise<string> {
    this.#root ??= this.#makeRoot();
    await this.#root;
    const target = `${this.#options.mountDirectory}/${this.#options.ids.hex(16)}`;
    if ((await stat(source)).isDirectory()) await mkdir(target);
    else await writeFile(target, '');
    mount({ source, target, flags: MountFlag.bind | MountFlag.recursive });
    this.#mounts.push(target);
    mount({ source, target, flags: MountFlag.remount | MountFlag.bind | MountFlag.readOnly | MountFlag.noSuid | MountFlag.noDevices });
    return target;
  }

  async #copy(source: string): Promise<string> {
    const copies = this.#options.copyDirectory;
    await mkdir(copies, { recursive: true, mode: 0o711 });
    const target = `${copies}/${this.#options.ids.hex(16)}`;
    const options = ['--recursive', '--no-dereference', '--preserve=mode,timestamps', '--reflink=auto'];
    await runHostCommand('cp', [...options, '--', source, target], { timeoutMs: COPY_TIMEOUT_MS });
    await runHostCommand('chmod', ['--recursive', 'a+rX,go-w', '--', target], { timeoutMs: WALK_TIMEOUT_MS });
    return target;
  }
}

/** Works on each path once; one that failed is tried anew by the next who asks. */
function once(known: Map<string, Promise<string>>, path: string, work: () => Promise<string>): Promise<string> {
  let done = known.get(path);
  if (done === undefined) {
    done = work();
    known.set(path, done);
    done.catch(() => known.delete(path));
  }
  return done;
}

/** Whether others may go through this directory and all above it. */
export async function othersMayPass(directory: string): Promise<boolean> {
  for (let at = directory; ; at = dirname(at)) {
    if (((await stat(at)).mode & OTHERS_SEARCH) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Whether others can read all files at and below `path`, once they get there. */
async function isReadableByOthers(path: string): Promise<boolean> {
  const { mode } = await stat(path);
  if ((mode & OTHERS_READ) === 0) return false;
  const closed = ['(', '-type', 'd', '-not', '-perm', '-0005', '-o', '-type', 'f', '-not', '-perm', '-0004', ')', '-print', '-quit'];
  return (await runHostCommand('find', [path, ...closed], { timeoutMs: WALK_TIMEOUT_MS })) === '';
}
