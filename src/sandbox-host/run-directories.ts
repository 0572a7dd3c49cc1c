import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rm, rmdir } from 'node:fs/promises';
import { errorCode } from '#sandboxes/system-files.ts';
import { othersMayPass } from './exposed-directories.ts';
import { recordPath } from './host-forwarding.ts';
import { SystemCallError } from '#sandboxes/libc.ts';
import { detach } from './libc.ts';

/** Where one run keeps what its sandboxes are made of. All of it is its own, and goes with it. */
export interface RunDirectories {
  /** The /etc of all sandboxes. */
  readonly etc: string;
  readonly seccompFilter: string;
  /** Mount points of scratch spaces. */
  readonly scratch: string;
  /** Mount points of exposed directories. */
  readonly exposed: string;
  /** On the disk of the data directory: images, copies. */
  readonly images: string;
  readonly copies: string;
}

export interface RunPlace {
  /** For small files and mount points, reachable by the sandboxes' users. */
  readonly runDirectory: string;
  /** For what needs space. */
  readonly dataDirectory: string;
}

export function runDirectories(place: RunPlace, runId: string): RunDirectories {
  const run = `${place.runDirectory}/${runId}`;
  const data = `${place.dataDirectory}/sandboxes/${runId}`;
  return {
    etc: `${run}/etc`,
    seccompFilter: `${run}/seccomp.bpf`,
    scratch: `${run}/scratch`,
    exposed: `${run}/exposed`,
    images: data,
    copies: `${data}/exposed`,
  };
}

/** @throws when the users of sandboxes could not reach the run directory */
export async function makeRunDirectories(place: RunPlace, runId: string): Promise<RunDirectories> {
  const directories = runDirectories(place, runId);
  for (const directory of [place.runDirectory, `${place.runDirectory}/${runId}`, directories.scratch]) {
    await mkdir(directory, { recursive: true });
    // Others pass to what is bound into their sandbox, and list nothing.
    await chmod(directory, 0o711);
  }
  await mkdir(directories.images, { recursive: true, mode: 0o700 });
  if (await othersMayPass(place.runDirectory)) return directories;
  throw new Error(
    `${place.runDirectory} lies below a directory that other users may not enter: choose a run directory elsewhere, such as /run/hearth`,
  );
}

/**
 * Removes what a run left, mounts first. Folders of mount points are removed only when empty: a recursive removal would go through
 * a mount that is still there into the host's own files.
 */
export async function removeRunDirectories(place: RunPlace, runId: string): Promise<void> {
  const { etc, seccompFilter, scratch, exposed, images } = runDirectories(place, runId);
  for (const mountPoint of mountsBelow(`${place.runDirectory}/${runId}`)) detachIfThere(mountPoint);
  await rm(etc, { recursive: true, force: true });
  await rm(seccompFilter, { force: true });
  await rm(recordPath(place.runDirectory, runId), { force: true });
  for (const name of namesIn(scratch)) await removeIfThere(`${scratch}/${name}`);
  for (const directory of [scratch, exposed, `${place.runDirectory}/${runId}`]) await removeIfThere(directory);
  await rm(images, { recursive: true, force: true });
}

/** ENOENT, EINVAL: whoever else cleans up after the same run was faster. */
function detachIfThere(mountPoint: string): void {
  const [ENOENT, EINVAL] = [2, 22];
  try {
    detach(mountPoint);
  } catch (error) {
    if (!(error instanceof SystemCallError && (error.errno === ENOENT || error.errno === EINVAL))) throw error;
  }
}

/** Deepest last mounted first. */
function mountsBelow(directory: string): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => decodeOctal(line.split(' ')[4] ?? ''))
    .filter((mountPoint) => mountPoint.startsWith(`${directory}/`))
    .toReversed();
}

/** The kernel writes space, tab, newline and backslash as `\040` and the like. */
function decodeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function removeIfThere(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
