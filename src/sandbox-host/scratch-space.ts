import { closeSync, openSync } from 'node:fs';
import { chmod, chown, mkdir, open, rm, rmdir, statfs, unlink } from 'node:fs/promises';
import type { Clock } from '#base/clock.ts';
import { invariant } from '#base/invariant.ts';
import type { Logger } from '#base/logger.ts';
import { RecentlyUsed } from '#base/recently-used.ts';
import { sleepAlive } from '#sandboxes/sleep-alive.ts';
import { runHostCommand } from './host-command.ts';
import { SystemCallError } from '#sandboxes/libc.ts';
import { detach, ioctl, ioctlStructure, mount, MountFlag, nextData, unmount } from './libc.ts';

/** A directory on disk of a hard size, for one sandbox's /tmp. */
export interface Scratch {
  readonly path: string;
  release(): Promise<void>;
}

export interface ScratchSpaceOptions {
  /** For the mount points. Must be reachable by the sandboxes' users: no ancestor without `x` for others. */
  readonly mountDirectory: string;
  /** For the images, on a disk. */
  readonly imageDirectory: string;
  /** The size that most ask for, and how many of it are kept ready beyond those in use. Other sizes are made when asked for. */
  readonly usual: { readonly sizeMb: number; readonly ready: number };
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * /tmp of sandboxes: a sparse ext4 image for each, mounted over a loop device. Chosen over a quota on a shared file system because a
 * full one answers ENOSPC, and `df` shows its size, as on AWS (see DESIGN.md).
 *
 * The image file is unlinked as soon as the loop device holds it, and the device frees itself with its last mount: whatever way
 * this process ends, nothing stays on disk. Some are made ahead so that a cold start does not pay.
 */
export class ScratchSpace {
  readonly #options: ScratchSpaceOptions;
  /** By size in MB. Anybody can ask for thousands of sizes. */
  readonly #templates = new RecentlyUsed<number, Promise<ImageTemplate>>(KEPT_TEMPLATES);
  readonly #ready: Promise<PreparedScratch>[] = [];
  readonly #mounted = new Set<string>();
  #closed = false;
  #made = 0;

  constructor(options: ScratchSpaceOptions) {
    this.#options = options;
  }

  /** Starts to make spaces of the usual size ahead; `take` says what is wrong, should it still be. */
  prepare(): void {
    const { usual, logger } = this.#options;
    while (!this.#closed && this.#ready.length < usual.ready) {
      const making = this.#make(usual.sizeMb);
      // Whoever takes it makes another; until then it is nobody's unhandled rejection.
      making.catch((error: unknown) => logger.debug('scratch space could not be prepared', { sizeMb: usual.sizeMb, error }));
      this.#ready.push(making);
    }
  }

  /** @throws SystemCallError and others when the host cannot make it */
  async take(sizeMb: number, owner: number): Promise<Scratch> {
    const usual = sizeMb === this.#options.usual.sizeMb;
    const ready = usual ? this.#ready.shift() : undefined;
    // What was wrong when one was made ahead, a full disk, may be right by now, and a new one says what is.
    const prepared = await (ready?.catch(() => this.#make(sizeMb)) ?? this.#make(sizeMb));
    if (usual) this.prepare();
    try {
      invariant(!this.#closed, 'a closed scratch space gives nothing');
      await chown(prepared.path, owner, owner);
    } catch (error) {
      await this.#release(prepared);
      throw error;
    }
    return { path: prepared.path, release: () => this.#release(prepared) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const result of await Promise.allSettled(this.#ready.splice(0))) {
      if (result.status === 'fulfilled') await this.#release(result.value);
    }
    for (const path of this.#mounted) detach(path);
    this.#mounted.clear();
  }

  async #make(sizeMb: number): Promise<PreparedScratch> {
    const template = await this.#template(sizeMb);
    const image = this.#nextImage();
    try {
      await writeTemplate(template, image);
    } catch (error) {
      await rm(image, { force: true });
      throw error;
    }
    return this.#mountImage(image);
  }

  /** A size that failed is tried anew by the next one who asks. */
  #template(sizeMb: number): Promise<ImageTemplate> {
    const known = this.#templates.get(sizeMb);
    const template = known === undefined ? this.#makeTemplate(sizeMb) : known.catch(() => this.#makeTemplate(sizeMb));
    this.#templates.set(sizeMb, template);
    return template;
  }

  /** Formats and measures until what a program can write is at least `sizeMb`, and less than a megabyte more. */
  async #makeTemplate(sizeMb: number): Promise<ImageTemplate> {
    const wanted = sizeMb * MB;
    let bytes = roundUp(wanted * 1.02 + 4 * MB);
    for (let attempt = 0; attempt < MAX_FORMAT_ATTEMPTS; attempt += 1) {
      const image = this.#nextImage();
      let template: ImageTemplate;
      try {
        await format(image, bytes);
        template = await readTemplate(image, bytes);
      } catch (error) {
        await rm(image, { force: true });
        throw error;
      }
      const trial = await this.#mountImage(image);
      const { bavail, bsize } = await statfs(trial.path);
      await this.#release(trial);
      const excess = bavail * bsize - wanted;
      if (excess >= SPARE_BYTES && excess < MB) return template;
      bytes = roundUp(bytes - excess + MB / 2);
    }
    throw new Error(`no ext4 image with ${sizeMb} MB of free space could be made`);
  }

  async #mountImage(image: string): Promise<PreparedScratch> {
    const path = `${this.#options.mountDirectory}/${this.#made}`;
    this.#made += 1;
    await mkdir(path);
    try {
      const device = await attachLoop(image, this.#options.clock);
      try {
        mount({ source: device.path, target: path, type: 'ext4', flags: MountFlag.noSuid | MountFlag.noDevices | MountFlag.noAccessTime });
      } finally {
        // The mount holds the device now; without one this frees it.
        closeSync(device.fd);
      }
    } catch (error) {
      await rmdir(path);
      throw error;
    } finally {
      await unlink(image);
    }
    this.#mounted.add(path);
    await chmod(path, 0o1777);
    await rm(`${path}/lost+found`, { recursive: true });
    return { path };
  }

  async #release({ path }: PreparedScratch): Promise<void> {
    if (!this.#mounted.delete(path)) return;
    // What still looks into it keeps it alive out of sight; it is gone with its last user.
    if (!(await unmount(path))) detach(path);
    await rmdir(path);
  }

  #nextImage(): string {
    this.#made += 1;
    return `${this.#options.imageDirectory}/scratch-${this.#made}.img`;
  }
}

interface PreparedScratch {
  readonly path: string;
}

/** An empty file system: the few blocks that hold something, and the size around them. */
interface ImageTemplate {
  readonly bytes: number;
  readonly pieces: readonly { readonly offset: number; readonly data: Buffer }[];
}

const MB = 1024 * 1024;
const BLOCK_BYTES = 4096;
/** Over the size asked for: a file of exactly that size needs a block or two for its own extents. */
const SPARE_BYTES = 64 * 1024;
const MAX_FORMAT_ATTEMPTS = 6;
/** A few milliseconds where the disk answers. */
const FORMAT_TIMEOUT_MS = 10_000;
/** 128 KiB for a size of 512 MB, 2 MB for the largest that AWS has. */
const KEPT_TEMPLATES = 8;
/** Files of 16 KiB on average fill a space before its inodes run out. */
const BYTES_PER_INODE = 16_384;

function roundUp(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** No journal: what is in a sandbox's /tmp never outlives a crash. No blocks kept for root: root never writes there. */
async function format(image: string, bytes: number): Promise<void> {
  const file = await open(image, 'wx', 0o600);
  await file.truncate(bytes);
  await file.close();
  const features = ['-O', '^has_journal,^resize_inode', '-E', 'lazy_itable_init=1,nodiscard,root_owner=0:0'];
  const argv = ['-q', '-F', '-m', '0', '-b', String(BLOCK_BYTES), '-i', String(BYTES_PER_INODE), ...features, image];
  await runHostCommand('mkfs.ext4', argv, { timeoutMs: FORMAT_TIMEOUT_MS });
}

async function readTemplate(image: string, bytes: number): Promise<ImageTemplate> {
  const file = await open(image, 'r');
  try {
    const pieces: { readonly offset: number; readonly data: Buffer }[] = [];
    for (let piece = nextData(file.fd, 0); piece !== undefined; piece = nextData(file.fd, piece.end)) {
      const data = Buffer.alloc(piece.end - piece.start);
      await file.read(data, 0, data.length, piece.start);
      pieces.push({ offset: piece.start, data });
    }
    return { bytes, pieces };
  } finally {
    await file.close();
  }
}

async function writeTemplate(template: ImageTemplate, image: string): Promise<void> {
  const file = await open(image, 'wx', 0o600);
  try {
    await file.truncate(template.bytes);
    for (const { offset, data } of template.pieces) await file.write(data, 0, data.length, offset);
  } finally {
    await file.close();
  }
}

const EBUSY = 16;
const ATTACH_ATTEMPTS = 20;
const ATTACH_RETRY_MS = 2;

/** Gives the image a loop device that frees itself when nothing uses it any more. The caller closes `fd`. */
async function attachLoop(image: string, clock: Clock): Promise<{ readonly path: string; readonly fd: number }> {
  const LOOP_CTL_GET_FREE = 0x4c82;
  const control = openSync('/dev/loop-control', 'r+');
  const file = openSync(image, 'r+');
  try {
    for (let attempt = 1; ; attempt += 1) {
      const path = `/dev/loop${ioctl(control, LOOP_CTL_GET_FREE, 0, 'ioctl(LOOP_CTL_GET_FREE)')}`;
      const fd = openSync(path, 'r+');
      try {
        configureLoop(fd, file);
        return { path, fd };
      } catch (error) {
        closeSync(fd);
        // Another process took the same free device first.
        if (!(error instanceof SystemCallError && error.errno === EBUSY) || attempt === ATTACH_ATTEMPTS) throw error;
        await sleepAlive(clock, ATTACH_RETRY_MS);
      }
    }
  } finally {
    closeSync(control);
    closeSync(file);
  }
}

/** LOOP_CONFIGURE of Linux 5.8: struct loop_config { fd, block_size, struct loop_info64 { …, lo_flags at 52, … }, reserved }. */
function configureLoop(device: number, file: number): void {
  const LOOP_CONFIGURE = 0x4c0a;
  const LO_FLAGS_AUTOCLEAR = 4;
  const config = Buffer.alloc(304);
  config.writeUInt32LE(file, 0);
  config.writeUInt32LE(BLOCK_BYTES, 4);
  config.writeUInt32LE(LO_FLAGS_AUTOCLEAR, 8 + 52);
  ioctlStructure(device, LOOP_CONFIGURE, config, 'ioctl(LOOP_CONFIGURE)');
}
