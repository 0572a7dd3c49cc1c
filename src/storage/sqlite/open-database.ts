import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import type { WorkerSettings } from './protocol.ts';
import { SQLITE_BUSY, resultCode } from './result-code.ts';
import { migrate } from './schema.ts';

/** A log that a burst has made longer is cut back to this at the next checkpoint. */
const LOG_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Opens the file for this process alone, brings its schema up to date and makes every commit durable.
 * @throws Error with one readable line: in use by another process, written by a newer release, no database.
 */
export function openDatabase(settings: WorkerSettings): DatabaseSync {
  try {
    createPrivateFile(settings.path);
    return configure(new DatabaseSync(settings.path), settings);
  } catch (error) {
    const reason = resultCode(error) === SQLITE_BUSY ? 'it is in use by another process' : messageOf(error);
    throw new Error(`cannot open the document store ${settings.path}: ${reason}`, { cause: error });
  }
}

function configure(database: DatabaseSync, { openedAtMs, maxPages }: WorkerSettings): DatabaseSync {
  try {
    // Exclusive: a second daemon on the same folder is refused, and the log needs no shared memory file.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
    if (mode !== 'wal') throw new Error(`its file system permits no write-ahead log (${String(mode)})`);
    database.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${LOG_MAX_BYTES}; PRAGMA max_page_count = ${maxPages}`);
    migrate(database, openedAtMs);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Documents hold secrets. SQLite gives its log the mode of the file. */
function createPrivateFile(path: string): void {
  try {
    // Only when missing: closing any descriptor of an open database would drop this process's locks on it.
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
