import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Compiled code is kept between starts: it halves the time to start and saves memory. Set by call and not by environment
 * variable, so that functions do not inherit it. The folder holds code that will run as this user, so it is one that only this
 * user (or who may change the package anyway) can write: never a shared /tmp. Without such a folder we start without a cache.
 */
export function enableCompileCache() {
  const packageCache = new URL('../.cache/compile/', import.meta.url).pathname;
  const userCache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hearth', 'compile');
  // Of a daemon that was root's: nothing that root loads may come from where that user can write.
  const daemonCache = new URL('../.cache/compile-daemon/', import.meta.url).pathname;
  const folder = [packageCache, daemonCache, userCache].find(isWritable);
  if (folder !== undefined) module.enableCompileCache(folder);
}

function isWritable(folder) {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o755 });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false; // Read-only or another user's: the next candidate.
  }
}
