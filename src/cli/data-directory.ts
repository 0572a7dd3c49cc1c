import { accessSync, constants, existsSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { faultOfDirectory } from '#base/fault-of-directory.ts';

/** What the daemon makes in its data folder, and later trusts. */
const INSIDE = ['blobs', 'code', 'logs', 'objects', 'runtimes', 'sandboxes', 'state'] as const;

const STICKY = 0o1000;
const EVERYONE_WRITES = 0o002;

/**
 * Makes the data folder where it is missing, so that others may pass through (sandboxes have users of their own and read their code
 * below), but not look around. What is there already must be ours: root's daemon follows the names in it, and others could lead it
 * anywhere. @throws Error with one readable line, or that of the file system
 */
export function prepareDataDirectory(path: string, uid: number | undefined): void {
  if (!existsSync(path)) makeFolder(path);
  // A trailing slash makes a file fail as "not a directory".
  accessSync(`${path}/`, constants.W_OK | constants.X_OK);
  if (uid === 0) refuseWhatOthersRule(path);
  for (const name of INSIDE) {
    const inside = join(path, name);
    const found = lstatSync(inside, { throwIfNoEntry: false });
    const fault = found === undefined ? undefined : faultOfDirectory(found, uid);
    if (fault !== undefined) throw new Error(`${inside} ${fault}: Hearth did not leave it so, look at it and remove it`);
  }
}

/** As `mkdir -p`. Node's own `recursive` never returns where the kernel lets nobody create anything, as in /proc. */
function makeFolder(path: string): void {
  const parent = dirname(path);
  if (!existsSync(parent)) makeFolder(parent);
  mkdirSync(path, { mode: 0o711 });
}

function refuseWhatOthersRule(path: string): void {
  // An operator may have put a link to another disk in its place.
  const real = realpathSync(path);
  const fault = faultOfDirectory(statSync(real), 0);
  if (fault !== undefined) throw new Error(`${path} ${fault}: chown root and chmod go-w, or choose another with --data-dir`);
  for (let above = dirname(real); ; above = dirname(above)) {
    const { mode } = statSync(above);
    // In a sticky folder, such as /tmp, nobody can replace what is another's.
    if ((mode & EVERYONE_WRITES) !== 0 && (mode & STICKY) === 0) {
      throw new Error(`${above} can be written by everyone, who could replace ${path}: chmod o-w, or choose another with --data-dir`);
    }
    if (above === dirname(above)) return;
  }
}
