import { dirname } from 'node:path';

import type { Clock } from '#base/clock.ts';

import { checkDocumentKey, checkListLimit, encodeDocument, isDocumentKey } from '../document-limits.ts';
import type { Document, DocumentChange, DocumentStore, Watch } from '../document-store.ts';
import { createDurableDirectory } from '../durable-directory.ts';
import { decodeChange, decodeDocument, type StoredChange, type StoredDocument } from '../stored-document.ts';
import { Watcher, Watchers } from '../watchers.ts';
import type { WorkerSettings, WriteRequest } from './protocol.ts';
import { StorageWorker } from './storage-worker.ts';

/** 16 GiB: far beyond any control plane, and short of filling the disk when something writes without end. */
const MAX_PAGES = 4 * 1024 * 1024;

/**
 * Opens (or creates, for its owner only) the document store in the SQLite file `path`, which one process at a time may use.
 * `close` finishes what was asked before it, stops the watches and releases the file; later calls fail.
 * @throws StoreUnavailable when the file cannot be opened, with the reason in one line; the file system's error when its folder cannot
 *   be made
 */
export async function openSqliteDocumentStore(options: { readonly path: string; readonly clock: Clock }): Promise<OpenDocumentStore> {
  await createDurableDirectory(dirname(options.path));
  return SqliteDocumentStore.open({ path: options.path, openedAtMs: options.clock.wallMs(), maxPages: MAX_PAGES });
}

export interface OpenDocumentStore extends DocumentStore {
  /**
   * Resolves, with the reason, when the store has ended by itself: every call fails from then on, and only a new process finds out
   * what the disk holds. Never rejects.
   */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
}

/**
 * The main thread's half: it holds no documents. The worker's answers come through one ordered channel, a read's parts and a round of
 * writes never mixed; so a watch that is added when the last part of its snapshot arrives gets exactly the changes that the snapshot
 * lacks.
 */
class SqliteDocumentStore implements OpenDocumentStore {
  readonly #worker: StorageWorker;
  readonly #watchers = new Watchers();

  private constructor(settings: WorkerSettings) {
    this.#worker = new StorageWorker(settings, (write, revision) => this.#watchers.deliver(write.key, toChange(write, revision)));
  }

  static async open(settings: WorkerSettings): Promise<SqliteDocumentStore> {
    const store = new SqliteDocumentStore(settings);
    await store.#worker.opened;
    return store;
  }

  get failed(): Promise<Error> {
    return this.#worker.failed;
  }

  async get<Value>(key: string): Promise<Document<Value> | undefined> {
    // Such a document cannot exist.
    if (!isDocumentKey(key)) return undefined;
    const found: StoredDocument[] = [];
    await this.#worker.read({ kind: 'get', key }, ({ rows }) => void found.push(...rows));
    return found[0] && decodeDocument<Value>(found[0]);
  }

  async put<Value>(key: string, value: Value, expected: number): Promise<Document<Value>> {
    const json = encodeDocument(key, value);
    const revision = await this.#worker.write({ kind: 'put', key, json, expected });
    return decodeDocument<Value>({ key, json, revision });
  }

  async delete(key: string, expected: number): Promise<void> {
    checkDocumentKey(key);
    await this.#worker.write({ kind: 'delete', key, expected });
  }

  async list<Value>(prefix: string, options: { readonly after?: string; readonly limit: number }): Promise<readonly Document<Value>[]> {
    checkListLimit(options.limit);
    const documents: Document<Value>[] = [];
    await this.#worker.read({ kind: 'list', prefix, after: options.after ?? '', limit: options.limit }, ({ rows }) => {
      for (const row of rows) documents.push(decodeDocument<Value>(row));
    });
    return documents;
  }

  async watch<Value>(prefix: string, listener: (change: DocumentChange<Value>) => void): Promise<Watch> {
    const watcher = new Watcher(prefix, (change) => listener(decodeChange<Value>(change)));
    await this.#worker.read({ kind: 'list', prefix, after: '', limit: Number.MAX_SAFE_INTEGER }, ({ rows, last, storeRevision }) => {
      for (const stored of rows) watcher.deliver({ type: 'put', stored });
      if (!last) return;
      watcher.deliver({ type: 'caught-up', revision: storeRevision });
      this.#watchers.add(watcher);
    });
    return { close: () => this.#watchers.remove(watcher) };
  }

  async close(): Promise<void> {
    await this.#worker.close();
    this.#watchers.removeAll();
  }
}

function toChange(write: WriteRequest, revision: number): StoredChange {
  return write.kind === 'put'
    ? { type: 'put', stored: { key: write.key, json: write.json, revision } }
    : { type: 'delete', key: write.key, revision };
}
