import { partitionOf } from '#aws/arn.ts';
import { invariant } from '#base/invariant.ts';
import { documentKey, type Document, type DocumentChange } from '#storage/document-store.ts';
import type { FunctionKey } from './function-arn.ts';
import type { FunctionVersion } from './function-record.ts';

export const VERSION_KIND = 'versions';

/**
 * The documents of published versions, in memory: `versions/<partition>/<account>/<region>/<name>/<id>`. An id is never used twice, so
 * that a version left over from a crash, or from an earlier function of the name, is not taken for another one.
 */
export class PublishedVersions {
  /** Account, region and name → id of the document. */
  readonly #functions = new Map<string, Map<string, Document<FunctionVersion>>>();

  find(key: FunctionKey, id: string): Document<FunctionVersion> | undefined {
    return this.#functions.get(functionPath(key))?.get(id);
  }

  /** Every document there is, also those that no function names. */
  *all(): IterableIterator<Document<FunctionVersion>> {
    for (const documents of this.#functions.values()) yield* documents.values();
  }

  apply(change: DocumentChange<FunctionVersion>): void {
    if (change.type === 'caught-up') return;
    const { path, id } = placeOf(change.type === 'put' ? change.document.key : change.key);
    const documents = this.#functions.get(path) ?? new Map<string, Document<FunctionVersion>>();
    if (change.type === 'put') documents.set(id, change.document);
    else documents.delete(id);
    if (documents.size === 0) this.#functions.delete(path);
    else this.#functions.set(path, documents);
  }
}

export function versionDocumentKey(key: FunctionKey, id: string): string {
  return documentKey(VERSION_KIND, partitionOf(key.region), key.accountId, key.region, key.name, id);
}

/** The id in the key of a version's document. */
export function versionDocumentId(documentKeyText: string): string {
  return placeOf(documentKeyText).id;
}

function functionPath({ accountId, region, name }: FunctionKey): string {
  return `${accountId}/${region}/${name}`;
}

function placeOf(documentKeyText: string): { readonly path: string; readonly id: string } {
  const [, , accountId, region, name, id] = documentKeyText.split('/').map(decodeURIComponent);
  invariant(
    accountId !== undefined && region !== undefined && name !== undefined && id !== undefined,
    'a key of a version has six segments',
  );
  return { path: functionPath({ accountId, region, name }), id };
}
