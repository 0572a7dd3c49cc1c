/**
 * Small JSON documents under hierarchical keys; one key is the unit of atomicity. Every driver passes the same contract suite.
 * A key is made of encoded segments joined by `/` (see `documentKey`). A value is at most 512 KB of JSON.
 */
export interface DocumentStore {
  get<Value>(key: string): Promise<Document<Value> | undefined>;
  /**
   * Writes when the stored revision equals `expected`; 0 means that the key must not exist. Resolves after commit, and after
   * every watcher in this process has seen the change.
   * @throws RevisionConflict
   */
  put<Value>(key: string, value: Value, expected: number): Promise<Document<Value>>;
  /** @throws RevisionConflict when the stored revision differs; deleting a missing key is a conflict, too. */
  delete(key: string, expected: number): Promise<void>;
  /** Up to `limit` documents whose keys start with `prefix`, in byte order, after the key `after`. */
  list<Value>(prefix: string, options: { readonly after?: string; readonly limit: number }): Promise<readonly Document<Value>[]>;
  /** A snapshot of the prefix (each as a `put`), then `caught-up`, then every change in order. Close to stop. */
  watch<Value>(prefix: string, listener: (change: DocumentChange<Value>) => void): Promise<Watch>;
}

export interface Document<Value> {
  readonly key: string;
  readonly value: Value;
  /** Positive; grows with each change anywhere in the store. */
  readonly revision: number;
}

export type DocumentChange<Value> =
  | { readonly type: 'put'; readonly document: Document<Value> }
  | { readonly type: 'delete'; readonly key: string; readonly revision: number }
  | { readonly type: 'caught-up'; readonly revision: number };

export interface Watch {
  close(): void;
}

/** Someone else changed the document first. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';
  readonly key: string;
  constructor(key: string) {
    super(`the document ${key} was changed meanwhile`);
    this.key = key;
  }
}

/** Joins segments into a key: each is percent-encoded outside `A-Za-z0-9_.~-`, so that `/` only ever separates. */
export function documentKey(...segments: readonly string[]): string {
  return segments
    .map((segment) => encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('/');
}
