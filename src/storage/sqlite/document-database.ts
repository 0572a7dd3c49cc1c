import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { invariant } from '#base/invariant.ts';

import type { StoredDocument } from '../stored-document.ts';
import { openDatabase } from './open-database.ts';
import type { WorkerSettings, WriteRequest } from './protocol.ts';
import { SQLITE_FULL, resultCode } from './result-code.ts';

/** Above every character of a key, so that `prefix + KEY_END` ends the range of keys that start with the prefix. */
const KEY_END = '\u007f';

const SELECT = 'SELECT key, value, revision FROM documents';

/** The documents in one SQLite file. Synchronous: lives in the storage worker, which is the file's only user. */
export class DocumentDatabase {
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #range: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #advance: StatementSync;
  #revision: number;

  /** @throws as `openDatabase` does */
  constructor(settings: WorkerSettings) {
    this.#database = openDatabase(settings);
    this.#select = this.#database.prepare(`${SELECT} WHERE key = ?`);
    this.#range = this.#database.prepare(`${SELECT} WHERE key >= ? AND key > ? AND key < ? ORDER BY key LIMIT ?`);
    this.#insert = this.#database.prepare('INSERT INTO documents (key, value, revision) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING');
    this.#update = this.#database.prepare('UPDATE documents SET value = ?, revision = ? WHERE key = ? AND revision = ?');
    this.#delete = this.#database.prepare('DELETE FROM documents WHERE key = ? AND revision = ?');
    this.#advance = this.#database.prepare('UPDATE store_revision SET revision = ?');
    this.#revision = Number(this.#database.prepare('SELECT revision FROM store_revision').get()?.['revision']);
    invariant(Number.isSafeInteger(this.#revision), 'the store has a revision');
  }

  /** The revision of the newest committed change; 0 in a fresh store. */
  get revision(): number {
    return this.#revision;
  }

  get(key: string): StoredDocument | undefined {
    const row = this.#select.get(key);
    return row === undefined ? undefined : toStored(row);
  }

  /** In byte order of the keys: they are ASCII, and the column's collation is SQLite's default, binary. */
  *list(prefix: string, after: string, limit: number): Generator<StoredDocument, void, undefined> {
    for (const row of this.#range.iterate(prefix, after, prefix + KEY_END, limit)) yield toStored(row);
  }

  /**
   * Commits the writes in one transaction, in order. Returns the revision that each made; one that lost against another has none
   * and disturbs none of the rest.
   * @throws OutOfSpace after a roll-back; any other error leaves the database in an unknown state.
   */
  commit(writes: readonly WriteRequest[]): readonly (number | undefined)[] {
    let revision = this.#revision;
    const revisions: (number | undefined)[] = [];
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const write of writes) {
        const applied = this.#apply(write, revision + 1);
        if (applied) revision += 1;
        revisions.push(applied ? revision : undefined);
      }
      this.#advance.run(revision);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (resultCode(error) !== SQLITE_FULL) throw error;
      // SQLite may have rolled back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw new OutOfSpace(error);
    }
    this.#revision = revision;
    return revisions;
  }

  /** Moves the write-ahead log into the file and releases both. */
  close(): void {
    this.#database.close();
  }

  #apply(write: WriteRequest, revision: number): boolean {
    switch (write.kind) {
      case 'put':
        return write.expected === 0
          ? this.#insert.run(write.key, write.json, revision).changes === 1
          : this.#update.run(write.json, revision, write.key, write.expected).changes === 1;
      case 'delete':
        return this.#delete.run(write.key, write.expected).changes === 1;
    }
  }
}

/** The disk is full. The writes were rolled back, and later ones may succeed. */
export class OutOfSpace extends Error {
  override readonly name = 'OutOfSpace';
  constructor(cause: unknown) {
    super('the disk of the document store is full', { cause });
  }
}

function toStored(row: Record<string, unknown>): StoredDocument {
  const { key, value, revision } = row;
  invariant(typeof key === 'string' && typeof value === 'string' && typeof revision === 'number', 'the schema types the row');
  return { key, json: value, revision };
}
