import type { DatabaseSync } from 'node:sqlite';

/** One entry per schema version, oldest first. A released entry never changes. */
const MIGRATIONS: readonly string[] = [
  // A table with row ids: without them, values of many pages would sit in the tree that every key search descends.
  `CREATE TABLE documents (
     key TEXT NOT NULL PRIMARY KEY,
     value TEXT NOT NULL,
     revision INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE store_revision (
     only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
     revision INTEGER NOT NULL
   ) STRICT;
   INSERT INTO store_revision VALUES (1, 0);`,
];

/** Brings the schema up to date in one transaction. A database written by a newer release is refused, untouched. */
export function migrate(database: DatabaseSync, openedAtMs: number, migrations: readonly string[] = MIGRATIONS): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at_ms INTEGER NOT NULL) STRICT');
    const current = Number(database.prepare('SELECT coalesce(max(version), 0) AS version FROM schema_version').get()?.['version']);
    if (current > migrations.length) {
      throw new Error(`its schema version is ${current}, this release knows ${migrations.length}: it was written by a newer release`);
    }
    for (const [index, sql] of migrations.entries()) {
      const version = index + 1;
      if (version <= current) continue;
      database.exec(sql);
      database.prepare('INSERT INTO schema_version VALUES (?, ?)').run(version, openedAtMs);
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
