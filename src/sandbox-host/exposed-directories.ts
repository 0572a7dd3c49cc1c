import { chown, mkdir, open, readlink, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { IdSource } from '#base/ids.ts';
import { errorCode } from '#sandboxes/system-files.ts';
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
  /** Its owner, who asks for things to be exposed, changes it as they like. */
  readonly dataDirectory: string;
  /** From where else something may be exposed although it is closed to others; nobody but root writes there. */
  readonly places: readonly string[];
  readonly ids: IdSource;
}

/**
 * Makes files reachable that a sandbox's user could not read where they are: below a folder of mode 0700, such as root's home, or
 * written with umask 077. The former are bound to an unguessable name in a folder that lets others pass but not list; the latter
 * are copied first, readable. Only for what may be read by every function: runtimes, never code or secrets.
 *
 * Who asks is less trusted than we are, and shall not get at files of root's by us: what everybody can read is given as it is, all else
 * has to lie in one of the places, by its real path. In the data directory we copy with no more rights than its owner has, and
 * bind what we have looked at, by descriptor: a link that is put in its place meanwhile leads nowhere.
 */
export class ExposedDirectories {
  readonly #options: ExposedDirectoriesOptions;
  readonly #exposed = new Map<string, Promise<string>>();
  readonly #reached = new Map<string, Promise<string>>();
  readonly #mounts: string[] = [];
  readonly #given = new Set<string>();
  readonly #givenBelow = new Set<string>();
  #root: Promise<void> | undefined;

  constructor(options: ExposedDirectoriesOptions) {
    this.#options = options;
  }

  /** The path to use instead; the path itself when it will do. Each path is worked on once. @throws when it does not exist */
  expose(path: string): Promise<string> {
    return once(this.#exposed, path, async () => {
      const given = await this.#expose(path);
      this.#given.add(given);
      return given;
    });
  }

  /** A path by which others may pass to this directory, whose own modes and those inside stay the guard. @throws when it does not exist */
  reach(directory: string): Promise<string> {
    return once(this.#reached, directory, async () => {
      const given = await this.#reach(directory);
      this.#givenBelow.add(given);
      return given;
    });
  }

  /**
   * Whether a sandbox may be shown this path: what was given out here, or what everybody may pass to. Its own modes, for the sandbox's
   * user and group, are looked at by bwrap, which runs as they do. @throws with the code ENOENT when missing, EACCES when not
   */
  async check(source: string): Promise<void> {
    await stat(source);
    const given = this.#given.has(source) || [...this.#givenBelow].some((directory) => source.startsWith(`${directory}/`));
    if (normalize(source) === source && (given || (await othersMayPass(dirname(source))))) return;
    throw refusal(source);
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
    const passable = await othersMayPass(dirname(source));
    if (!passable) await this.#refuseElsewhere(source);
    const readable = await isReadableByOthers(source);
    if (passable && readable) return source;
    await this.#refuseElsewhere(source);
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
    const looked = await open(source, O_PATH);
    try {
      const byDescriptor = `/proc/self/fd/${looked.fd}`;
      await this.#refuseElsewhere(await readlink(byDescriptor));
      if ((await looked.stat()).isDirectory()) await mkdir(target);
      else await writeFile(target, '');
      mount({ source: byDescriptor, target, flags: MountFlag.bind | MountFlag.recursive });
    } finally {
      await looked.close();
    }
    this.#mounts.push(target);
    mount({
      source: 'none',
      target,
      flags: MountFlag.remount | MountFlag.bind | MountFlag.readOnly | MountFlag.noSuid | MountFlag.noDevices,
    });
    return target;
  }

  async #copy(source: string): Promise<string> {
    const { copyDirectory, ids } = this.#options;
    await mkdir(copyDirectory, { recursive: true, mode: 0o711 });
    const folder = `${copyDirectory}/${ids.hex(16)}`;
    await mkdir(folder, { mode: 0o711 });
    const user = await this.#userFor(source);
    await chown(folder, user, user);
    const target = join(folder, 'content');
    const options = ['--recursive', '--no-dereference', '--preserve=mode,timestamps', '--reflink=auto'];
    await runHostCommand('cp', [...options, '--', source, target], { timeoutMs: COPY_TIMEOUT_MS, user });
    await runHostCommand('chmod', ['--recursive', 'a+rX,go-w', '--', target], { timeoutMs: WALK_TIMEOUT_MS, user });
    return target;
  }

  /** Of the data directory, where its owner can put one thing in the place of another at any time, what that owner can read. */
  async #userFor(source: string): Promise<number> {
    const data = await realpath(this.#options.dataDirectory);
    return isWithin(source, data) ? (await stat(data)).uid : 0;
  }

  async #refuseElsewhere(source: string): Promise<void> {
    const { dataDirectory, places } = this.#options;
    for (const place of [dataDirectory, this.#options.copyDirectory, ...places]) {
      if (isWithin(source, await realpathIfThere(place))) return;
    }
    throw refusal(source);
  }
}

/** open(2): only to name a file, whatever its modes. Node has no name for it. */
const O_PATH = 0o10000000;

function isWithin(path: string, directory: string | undefined): boolean {
  return directory !== undefined && (path === directory || path.startsWith(`${directory}/`));
}

async function realpathIfThere(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function refusal(path: string): Error {
  return Object.assign(new Error(`the sandbox host does not show ${path}`), { code: 'EACCES' });
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
