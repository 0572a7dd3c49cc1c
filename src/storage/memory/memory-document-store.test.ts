import { documentStoreContract } from '../document-store-contract.ts';
import { MemoryDocumentStore } from './memory-document-store.ts';

documentStoreContract('MemoryDocumentStore', async (t) => {
  const store = new MemoryDocumentStore();
  t.after(() => store.close());
  return store;
});
