import { StoreUnavailable, checkDocumentKey, checkListLimit, encodeDocument, isDocumentKey } from '../document-limits.ts';
import { RevisionConflict, type Document, type DocumentChange, type DocumentStore, type Watch } from '../document-store.ts';
import { decodeChange, decodeDocument, type StoredDocument } from '../stored-document.ts';
import { Watcher, Watchers } from '../watchers.ts';
import { natsKey } from './nats-key.ts';

/**
 * A document store for tests, in the shape of a NATS JetStream key-value bucket: its key alphabet, one message per key and no
 * transaction across keys, and enumeration in the order of the last change instead of the order of keys. What works here fits the
 * fleet's driver. Every call takes at least one turn of the microtask queue, as a server would.
 */
export class MemoryDocumentStore implements DocumentStore {
  /** Insertion order is the order of the stream, since a changed key moves to the end. */
  readonly #bucket = new Map<string, StoredDocument>();
  readonly #watchers = new Watchers();
  #revision = 0;
  #closed = false;

  async get<Value>(key: string): Promise<Document<Value> | undefined> {
    await this.#roundTrip();
    if (!isDocumentKey(key)) return undefined;
    const stored = this.#bucket.get(natsKey(key));
    return stored && decodeDocument<Value>(stored);
  }

  async put<Value>(key: string, value: Value, expected: number): Promise<Document<Value>> {
    const json = encodeDocument(key, value);
    await this.#roundTrip();
    const subject = natsKey(key);
    const revision = this.#nextRevision(key, expected);
    const stored: StoredDocument = { key, json, revision };
    this.#bucket.delete(subject);
    this.#bucket.set(subject, stored);
    this.#watchers.deliver(key, { type: 'put', stored });
    return decodeDocument<Value>(stored);
  }

  async delete(key: string, expected: number): Promise<void> {
    checkDocumentKey(key);
    await this.#roundTrip();
    if (!this.#bucket.has(natsKey(key))) throw new RevisionConflict(key);
    const revision = this.#nextRevision(key, expected);
    this.#bucket.delete(natsKey(key));
    this.#watchers.deliver(key, { type: 'delete', key, revision });
  }

  async list<Value>(prefix: string, options: { readonly after?: string; readonly limit: number }): Promise<readonly Document<Value>[]> {
    checkListLimit(options.limit);
    const after = options.after ?? '';
    await this.#roundTrip();
    return this.#enumerate(prefix)
      .filter(({ key }) => key > after)
      .toSorted((left, right) => (left.key < right.key ? -1 : 1))
      .slice(0, options.limit)
      .map((stored) => decodeDocument<Value>(stored));
  }

  async watch<Value>(prefix: string, listener: (change: DocumentChange<Value>) => void): Promise<Watch> {
    const watcher = new Watcher(prefix, (change) => listener(decodeChange<Value>(change)));
    await this.#roundTrip();
    for (const stored of this.#enumerate(prefix)) watcher.deliver({ type: 'put', stored });
    watcher.deliver({ type: 'caught-up', revision: this.#revision });
    this.#watchers.add(watcher);
    return { close: () => this.#watchers.remove(watcher) };
  }

  /** Finishes what was asked before, then refuses every call. */
  async close(): Promise<void> {
    this.#closed = true;
    // Calls that were made before are one turn ahead of this one.
    await Promise.resolve();
    this.#watchers.removeAll();
  }

  async #roundTrip(): Promise<void> {
    if (this.#closed) throw new StoreUnavailable('the document store is closed');
    await Promise.resolve();
  }

  /** What the server does for the header "expected last sequence of this subject". */
  #nextRevision(key: string, expected: number): number {
    if ((this.#bucket.get(natsKey(key))?.revision ?? 0) !== expected) throw new RevisionConflict(key);
    this.#revision += 1;
    return this.#revision;
  }

  #enumerate(prefix: string): readonly StoredDocument[] {
    return [...this.#bucket.values()].filter(({ key }) => key.startsWith(prefix));
  }
}
