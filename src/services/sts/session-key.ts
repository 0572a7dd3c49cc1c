import type { IdSource } from '#base/ids.ts';
import type { DocumentStore } from '#storage/document-store.ts';
import { documentKey, RevisionConflict } from '#storage/document-store.ts';

const KEY = documentKey('sts', 'session-key');
const KEY_BYTES = 32;

interface SessionKeyDocument {
  /** Hexadecimal. */
  readonly key: string;
}

/** The key that seals session tokens: made at the first start, kept from then on. */
export async function loadSessionKey(store: DocumentStore, ids: IdSource): Promise<Buffer> {
  const stored = await store.get<SessionKeyDocument>(KEY);
  if (stored !== undefined) return Buffer.from(stored.value.key, 'hex');
  try {
    const made = await store.put<SessionKeyDocument>(KEY, { key: ids.hex(KEY_BYTES) }, 0);
    return Buffer.from(made.value.key, 'hex');
  } catch (error) {
    if (!(error instanceof RevisionConflict)) throw error;
    return loadSessionKey(store, ids);
  }
}
