import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, chownSync, constants, existsSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { faultOfDirectory } from '#base/fault-of-directory.ts';

/** What the daemon makes in its data folder, and later trusts. `home` is that of the tools it runs. */
const INSIDE = ['blobs', 'code', 'home', 'logs', 'objects', 'runtimes', 'sandboxes', 'state'] as const;
/** Of the sandbox host. */
const ROOTS = 'sandboxes';
/** Sandboxes pass through these, to what their users or groups may read. */
const OPEN_INSIDE: ReadonlySet<string> = new Set(['code', 'runtimes']);

const OTHERS_SEARCH = 0o001;
const GROUP_SEARCH = 0o010;

const STICKY = 0o1000;
const EVERYONE_WRITES = 0o002;

/**
 * Makes the data folder where it is missing, so that others may pass through (sandboxes have users of their own and read their code
 * below), but not look around. What is there already must be ours: root's daemon follows the names in it, and others could lead it
 * anywhere. `daemonUid`: who the folders inside may belong to as well. @throws Error with one readable line, or that of the file system
 */
export function prepareDataDirectory(path: string, uid: number | undefined, daemonUid = uid): void {
  if (!existsSync(path)) makeFolder(path);
  // A trailing slash makes a file fail as "not a directory".
  accessSync(`${path}/`, constants.W_OK | constants.X_OK);
  if (uid === 0) refuseWhatOthersRule(path);
  for (const name of INSIDE) {
    const inside = join(path, name);
    const found = lstatSync(inside, { throwIfNoEntry: false });
    const owner = found?.uid === daemonUid && name !== ROOTS ? daemonUid : uid;
    const fault = found === undefined ? undefined : faultOfDirectory(found, owner);
    if (fault !== undefined) throw new Error(`${inside} ${fault}: Hearth did not leave it so, look at it and remove it`);
  }
}

/**
 * Gives the folders inside to the user that the daemon becomes, with all that root's daemon has put there; the data folder itself stays
 * root's, so that what the sandbox host keeps in it cannot be replaced. To be called once `prepareDataDirectory` found nothing
 * wrong. A folder is walked through only while it is root's: what its later owner may have planted there is not followed.
 */
export function claimDataDirectory(path: string, daemonUid: number): void {
  const { mode } = statSync(path);
  if ((mode & OTHERS_SEARCH) === 0) {
    // Closed to others as before, but for the daemon's group.
    chownSync(path, 0, daemonUid);
    chmodSync(path, (mode & 0o777) | GROUP_SEARCH);
  }
  for (const name of INSIDE) {
    const inside = join(path, name);
    if (!existsSync(inside)) mkdirSync(inside, { mode: OPEN_INSIDE.has(name) ? 0o711 : 0o700 });
    if (name === ROOTS || lstatSync(inside).uid === daemonUid) continue;
    // Links as such, and the groups of code folders as they are. The folder itself last: it says that the walk is over.
    execFileSync('find', [inside, '-mindepth', '1', '-exec', 'chown', '--no-dereference', String(daemonUid), '{}', '+']);
    chownSync(inside, daemonUid, daemonUid);
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
