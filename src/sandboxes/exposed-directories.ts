import { execFile } from 'node:child_process';
import { mkdir, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { IdSource } from '#base/ids.ts';
import { detach, mount, MountFlag } from './libc.ts';

const OTHERS_READ = 0o4;
const OTHERS_SEARCH = 0o1;

const run = promisify(execFile);
const COMMANDS = { env: { PATH: '/usr/bin:/bin' } };

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
  readonly #mounts: string[] = [];
  #root: Promise<void> | undefined;

  constructor(options: ExposedDirectoriesOptions) {
    this.#options = options;
  }

  /** The path to use instead; the path itself when it will do. Each path is worked on once. @throws when it does not exist */
  expose(path: string): Promise<string> {
    let exposed = this.#exposed.get(path);
    if (exposed === undefined) {
      exposed = this.#expose(path);
      this.#exposed.set(path, exposed);
      exposed.catch(() => this.#exposed.delete(path));
    }
    return exposed;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#exposed.values());
    // The folder of mount points was mounted first, so it goes last.
    for (const path of this.#mounts.splice(0).toReversed()) detach(path);
    await rm(this.#options.copyDirectory, { recursive: true, force: true });
    if (this.#root !== undefined) await rmdir(this.#options.mountDirectory);
  }

  async #expose(path: string): Promise<string> {
    const source = await realpath(path);
    const readable = await isReadableByOthers(source);
    if (readable && (await othersMayPass(dirname(source)))) return source;
    this.#root ??= this.#makeRoot();
    await this.#root;
    return this.#bind(readable ? source : await this.#copy(source));
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
    await run('cp', ['--recursive', '--no-dereference', '--preserve=mode,timestamps', '--reflink=auto', '--', source, target], COMMANDS);
    await run('chmod', ['--recursive', 'a+rX,go-w', '--', target], COMMANDS);
    return target;
  }
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
  const { stdout } = await run('find', [path, ...closed], COMMANDS);
  return stdout === '';
}
