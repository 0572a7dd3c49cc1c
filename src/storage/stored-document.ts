import type { Document, DocumentChange } from './document-store.ts';

/** A document as drivers hold it: its value is still JSON text, so that each reader parses a copy of its own. */
export interface StoredDocument {
  readonly key: string;
  readonly json: string;
  readonly revision: number;
}

export type StoredChange =
  | { readonly type: 'put'; readonly stored: StoredDocument }
  | { readonly type: 'delete'; readonly key: string; readonly revision: number }
  | { readonly type: 'caught-up'; readonly revision: number };

export function decodeDocument<Value>(stored: StoredDocument): Document<Value> {
  return { key: stored.key, value: JSON.parse(stored.json) as Value, revision: stored.revision };
}

export function decodeChange<Value>(change: StoredChange): DocumentChange<Value> {
  return change.type === 'put' ? { type: 'put', document: decodeDocument<Value>(change.stored) } : change;
}
