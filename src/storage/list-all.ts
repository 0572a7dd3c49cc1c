import type { Document, DocumentStore } from './document-store.ts';

/** Documents that one request to the store brings. */
const PAGE = 500;

/** All documents whose keys start with the prefix, in byte order: for what is few, or needed whole. */
export async function listAll<Value>(documents: Pick<DocumentStore, 'list'>, prefix: string): Promise<readonly Document<Value>[]> {
  const found: Document<Value>[] = [];
  let after = '';
  for (;;) {
    const page = await documents.list<Value>(prefix, { after, limit: PAGE });
    found.push(...page);
    after = page.at(-1)?.key ?? after;
    if (page.length < PAGE) return found;
  }
}
