import { renameSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import { faultOfDirectory } from '#base/fault-of-directory.ts';
import { Semaphore } from '#base/semaphore.ts';
import type { BlobStore } from '#storage/blob-store.ts';
import { layeredDigest } from './function-layers.ts';
import { mergeTrees } from './merge-trees.ts';
import { unpack } from './unpack.ts';

/**
 * The unpacked files of one package, or of several layers over each other. When `gid` is set, only root and members of that group get
 * to them: the folder around guards them, so that whoever is shown the files themselves (by a mount of root's) needs no group.
 */
export interface UnpackedCode {
  readonly path: string;
  readonly gid?: number;
}

/** Groups from here on belong to code folders, one each; nothing on a usual system uses such numbers. */
const FIRST_GID = 300_000;
const LAST_GID = 999_999;

/** Packages in work at once: each holds up to 50 MB of zip in memory. */
const PARALLEL_PACKAGES = 2;

const DIGEST = /^[0-9a-f]{64}$/;
const BOOT_FILE = 'boot-id';
/** The files of a package, inside the folder that is named after its digest and says who gets to them. */
const CONTENT = 'content';

/**
 * Unpacked code by the digest of its package, below one folder. It is a cache: the package itself lies in the blob store. A
 * folder appears by a rename, so it is complete; it is not synchronised to the disk, so all are dropped after a reboot of the
 * machine and made anew when needed.
 */
export class CodeStore {
  readonly #folder: string;
  readonly #blobs: BlobStore;
  readonly #ids: IdSource;
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  readonly #share: CodeStoreOptions['share'];
  readonly #ready = new Map<string, Promise<UnpackedCode>>();
  readonly #gids = new Set<number>();
  readonly #turns = new Semaphore(PARALLEL_PACKAGES);

  private constructor(options: CodeStoreOptions) {
    this.#folder = options.folder;
    this.#blobs = options.blobs;
    this.#ids = options.ids;
    this.#log = options.log;
    this.#signal = options.signal;
    this.#share = options.share;
  }

  /** Creates the folder, throws away what an earlier run left unfinished, and takes over what is complete. */
  static async open(options: CodeStoreOptions): Promise<CodeStore> {
    const store = new CodeStore(options);
    // Entered by everyone, listed by nobody else: the folders inside guard themselves.
    await mkdir(options.folder, { recursive: true });
    const fault = faultOfDirectory(await lstat(options.folder), process.getuid?.());
    // A link would lead the following steps, as root, to where somebody else wants them.
    if (fault !== undefined) throw new Error(`${options.folder} ${fault}`);
    await chmod(options.folder, 0o711);
    await store.#dropAfterReboot(options.bootId ?? (await currentBootId()));
    await store.#takeOver();
    return store;
  }

  /**
   * The unpacked code of a package; unpacks it when it is not there. Calls for the same digest share the work.
   * @throws ZipRejected when the package turns out to be unusable, BlobNotFound when it is not stored, the reason of the signal
   *   when it is not its turn before the daemon closes
   */
  ensureUnpacked(digest: string): Promise<UnpackedCode> {
    return this.#ensure(digest, () => this.#make(digest, async (folder) => unpack(await buffer(await this.#blobs.get(digest)), folder)));
  }

  /**
   * The unpacked packages of layers as one tree, later ones over earlier ones: a folder of its own under `layeredDigest`, or that of
   * the package when there is only one. @throws as `ensureUnpacked`
   */
  ensureLayered(digests: readonly string[]): Promise<UnpackedCode> {
    const [only, ...others] = digests;
    if (only !== undefined && others.length === 0) return this.ensureUnpacked(only);
    const together = layeredDigest(digests);
    return this.#ensure(together, async () => {
      const trees = await Promise.all(digests.map((digest) => this.ensureUnpacked(digest)));
      return this.#make(together, (folder) =>
        mergeTrees(
          trees.map(({ path }) => path),
          folder,
        ),
      );
    });
  }

  #ensure(digest: string, make: () => Promise<UnpackedCode>): Promise<UnpackedCode> {
    const existing = this.#ready.get(digest);
    if (existing !== undefined) return existing;
    const work = make();
    this.#ready.set(digest, work);
    // A failure is told to those who asked, and the next one tries again.
    work.catch(() => {
      if (this.#ready.get(digest) === work) this.#ready.delete(digest);
    });
    return work;
  }

  /**
   * Removes every folder that `isUsed` does not claim. It must claim what a sandbox uses, or will use without asking
   * `ensureUnpacked` once more. Returns how many.
   */
  async sweep(isUsed: (digest: string) => boolean): Promise<number> {
    let removed = 0;
    // What is unpacked from now on is not looked at.
    const known = [...this.#ready];
    for (const [digest, work] of known) {
      if (isUsed(digest)) continue;
      const code = await work.catch(() => undefined);
      // Asked again: from here to the renaming nobody can come between.
      if (code === undefined || this.#ready.get(digest) !== work || isUsed(digest)) continue;
      await this.#remove(digest, code.gid);
      removed += 1;
    }
    return removed;
  }

  async #remove(digest: string, gid: number | undefined): Promise<void> {
    const aside = join(this.#folder, `.${digest}.${this.#ids.hex(8)}`);
    // First out of the way at once, so that nobody unpacks the same package into the place before it is free.
    renameSync(join(this.#folder, digest), aside);
    this.#ready.delete(digest);
    await rm(aside, { recursive: true, force: true });
    if (gid !== undefined) this.#gids.delete(gid);
  }

  /** Makes a folder when it is its turn. */
  #make(digest: string, fill: (folder: string) => Promise<void>): Promise<UnpackedCode> {
    return this.#turns.run(() => {
      this.#signal.throwIfAborted();
      return this.#fill(digest, fill);
    });
  }

  async #fill(digest: string, fill: (folder: string) => Promise<void>): Promise<UnpackedCode> {
    const temporary = join(this.#folder, `.${digest}.${this.#ids.hex(8)}`);
    const content = join(temporary, CONTENT);
    const gid = this.#share === undefined ? undefined : this.#takeGid();
    try {
      await mkdir(temporary, { mode: 0o700 });
      await mkdir(content);
      await fill(content);
      // As on AWS, and whatever the umask.
      await chmod(content, 0o755);
      if (gid !== undefined) await this.#share?.(temporary, gid);
      await chmod(temporary, gid === undefined ? 0o700 : 0o750);
      await rename(temporary, join(this.#folder, digest));
    } catch (error) {
      if (gid !== undefined) this.#gids.delete(gid);
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
    return this.#unpacked(digest, gid);
  }

  #unpacked(digest: string, gid: number | undefined): UnpackedCode {
    return { path: join(this.#folder, digest, CONTENT), ...(gid !== undefined && { gid }) };
  }

  #takeGid(): number {
    for (let gid = FIRST_GID; gid <= LAST_GID; gid++) {
      if (this.#gids.has(gid)) continue;
      this.#gids.add(gid);
      return gid;
    }
    throw new Error('every group for code folders is taken');
  }

  async #dropAfterReboot(bootId: string): Promise<void> {
    const file = join(this.#folder, BOOT_FILE);
    const known = await readFile(file, 'utf8').catch(missingFile);
    if (known === bootId) return;
    for (const name of await readdir(this.#folder)) await rm(join(this.#folder, name), { recursive: true, force: true });
    await writeFile(file, bootId);
  }

  async #takeOver(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (name === BOOT_FILE) continue;
      const path = join(this.#folder, name);
      const code = DIGEST.test(name) ? await this.#adopt(name) : undefined;
      if (code === undefined) {
        this.#log.warn('removed an unfinished code folder', { path });
        await rm(path, { recursive: true, force: true });
      } else this.#ready.set(name, Promise.resolve(code));
    }
  }

  /** Undefined for what this run could not have made: another owner or mode, or a group that is taken. */
  async #adopt(digest: string): Promise<UnpackedCode | undefined> {
    const path = join(this.#folder, digest);
    const found = await lstat(path);
    if (!found.isDirectory() || (await readdir(path)).join() !== CONTENT) return undefined;
    const content = await lstat(join(path, CONTENT));
    if (!content.isDirectory() || (content.mode & 0o7777) !== 0o755) return undefined;
    const mode = found.mode & 0o7777;
    if (this.#share === undefined) return mode === 0o700 ? this.#unpacked(digest, undefined) : undefined;
    const { gid } = found;
    if (mode !== 0o750 || found.uid !== process.getuid?.() || gid < FIRST_GID || gid > LAST_GID || this.#gids.has(gid)) return undefined;
    this.#gids.add(gid);
    return this.#unpacked(digest, gid);
  }
}

export interface CodeStoreOptions {
  /** `<data>/code`; the folders above it must let the sandboxes' users through. */
  readonly folder: string;
  readonly blobs: BlobStore;
  readonly ids: IdSource;
  readonly log: Logger;
  /** Aborted when the daemon closes: packages that wait for their turn are not unpacked. */
  readonly signal: AbortSignal;
  /**
   * Gives a folder a group of its own, where that can be done, so that only sandboxes of that code may enter it. Otherwise folders are
   * the daemon's user's only.
   */
  readonly share: ((folder: string, gid: number) => Promise<void>) | undefined;
  /** Names this boot of the machine; read from the kernel unless given. */
  readonly bootId?: string;
}

async function currentBootId(): Promise<string> {
  // Absent outside Linux, where folders then simply outlive reboots.
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(missingFile))?.trim() ?? 'unknown';
}

function missingFile(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
