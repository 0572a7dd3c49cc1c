import type { Stats } from 'node:fs';

const OTHERS_WRITE = 0o022;

/**
 * Why a folder must not be used to store code or state in, or undefined when it may: it is a real folder, no link that somebody
 * planted, it belongs to `uid`, and nobody else writes in it. `found` comes from `lstat`; `uid` is undefined where there are no users.
 */
export function faultOfDirectory(found: Pick<Stats, 'isDirectory' | 'uid' | 'mode'>, uid: number | undefined): string | undefined {
  if (!found.isDirectory()) return 'is not a folder';
  if (uid === undefined) return undefined;
  if (found.uid !== uid) return `belongs to another user (${found.uid})`;
  if ((found.mode & OTHERS_WRITE) !== 0) return 'can be written by other users';
  return undefined;
}
