import { partitionOf } from '#aws/arn.ts';
import { invariant } from '#base/invariant.ts';
import {
  documentKey,
  RevisionConflict,
  type Document,
  type DocumentChange,
  type DocumentStore,
  type Watch,
} from '#storage/document-store.ts';
import type { FunctionKey } from './function-arn.ts';
import type { FunctionRecord, FunctionVersion } from './function-record.ts';

const KIND = 'functions';

/** An update meets another writer at most this often in a row; each try starts from the newest record. */
const MAX_UPDATE_ATTEMPTS = 20;

/**
 * All functions, in memory and durable. The memory follows the document store by a watch that has seen a change before its
 * write resolves: lookups are synchronous and read one's own writes.
 */
export class FunctionRepository {
  readonly #documents: DocumentStore;
  readonly #scopes = new Map<string, Scope>();
  readonly #retired = new Set<(version: FunctionVersion) => void>();
  #watch: Watch | undefined;

  private constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  /** Resolves once every stored function is in memory. */
  static async open(documents: DocumentStore): Promise<FunctionRepository> {
    const repository = new FunctionRepository(documents);
    repository.#watch = await documents.watch<FunctionRecord>(`${KIND}/`, (change) => repository.#apply(change));
    return repository;
  }

  find(accountId: string, region: string, name: string): FunctionRecord | undefined {
    return this.#document({ accountId, region, name })?.value;
  }

  /**
   * What an invocation under this qualifier runs; look at its `state` before running it. Undefined when there is no such
   * function or version.
   */
  findVersion(accountId: string, region: string, name: string, qualifier = '$LATEST'): FunctionVersion | undefined {
    const record = this.find(accountId, region, name);
    if (record === undefined || qualifier !== '$LATEST') return undefined;
    return record.serving ?? record.latest;
  }

  /** Up to `limit` functions in the order of their names, those after the name `after`. */
  list(accountId: string, region: string, page: { readonly after?: string; readonly limit: number }): readonly FunctionRecord[] {
    const scope = this.#scopes.get(scopeKey(accountId, region));
    if (scope === undefined) return [];
    const { after } = page;
    const names = sortedNames(scope);
    const start = after === undefined ? 0 : names.findIndex((name) => name > after);
    if (start === -1) return [];
    return names.slice(start, start + page.limit).flatMap((name) => scope.documents.get(name)?.value ?? []);
  }

  /** Every function of every account and region. */
  *all(): IterableIterator<FunctionRecord> {
    for (const scope of this.#scopes.values()) for (const document of scope.documents.values()) yield document.value;
  }

  /** Functions of one account in one region, in no order. */
  *inRegion(accountId: string, region: string): IterableIterator<FunctionRecord> {
    const scope = this.#scopes.get(scopeKey(accountId, region));
    if (scope !== undefined) for (const document of scope.documents.values()) yield document.value;
  }

  /** The packages that some function shows or serves; all others may go. */
  codeDigests(): ReadonlySet<string> {
    const digests = new Set<string>();
    for (const { latest, serving } of this.all()) {
      digests.add(latest.code.digest);
      if (serving !== undefined) digests.add(serving.code.digest);
    }
    return digests;
  }

  /** Whether some function shows or serves that package at this moment. */
  usesCode(digest: string): boolean {
    for (const { latest, serving } of this.all()) if (latest.code.digest === digest || serving?.code.digest === digest) return true;
    return false;
  }

  /** False when the function exists already. */
  async create(record: FunctionRecord): Promise<boolean> {
    try {
      await this.#documents.put(storeKey(record), record, 0);
      return true;
    } catch (error) {
      if (error instanceof RevisionConflict) return false;
      throw error;
    }
  }

  /**
   * Replaces the record by what `change` makes of the newest one; `change` may run several times, and cancels by throwing or by
   * returning the record it was given. Returns the record as it is then, or undefined when the function does not exist.
   */
  async update(key: FunctionKey, change: (record: FunctionRecord) => FunctionRecord): Promise<FunctionRecord | undefined> {
    for (let attempt = 1; attempt <= MAX_UPDATE_ATTEMPTS; attempt++) {
      const current = this.#document(key);
      if (current === undefined) return undefined;
      const changed = change(current.value);
      if (changed === current.value) return current.value;
      try {
        return (await this.#documents.put(current.key, changed, current.revision)).value;
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error;
      }
    }
    throw new Error(`gave up updating ${storeKey(key)}: other writers came first each time`);
  }

  /** False when the function does not exist. */
  async delete(key: FunctionKey): Promise<boolean> {
    for (let attempt = 1; attempt <= MAX_UPDATE_ATTEMPTS; attempt++) {
      const current = this.#document(key);
      if (current === undefined) return false;
      try {
        await this.#documents.delete(current.key, current.revision);
        return true;
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error;
      }
    }
    throw new Error(`gave up deleting ${storeKey(key)}: other writers came first each time`);
  }

  /**
   * Calls `listener` with each version that will not be invoked again: replaced by an update that succeeded, or deleted. It runs
   * before the write that retires it resolves.
   */
  onRetired(listener: (version: FunctionVersion) => void): void {
    this.#retired.add(listener);
  }

  close(): void {
    this.#watch?.close();
    this.#retired.clear();
  }

  #document(key: FunctionKey): Document<FunctionRecord> | undefined {
    return this.#scopes.get(scopeKey(key.accountId, key.region))?.documents.get(key.name);
  }

  #apply(change: DocumentChange<FunctionRecord>): void {
    if (change.type === 'caught-up') return;
    const key = change.type === 'put' ? change.document.value : keyOf(change.key);
    const before = this.#document(key)?.value;
    const scope = this.#scope(key.accountId, key.region);
    if (change.type === 'put') scope.documents.set(key.name, change.document);
    else scope.documents.delete(key.name);
    if (before === undefined || change.type === 'delete') scope.names = undefined;
    this.#announce(before, change.type === 'put' ? change.document.value : undefined);
  }

  #announce(before: FunctionRecord | undefined, after: FunctionRecord | undefined): void {
    if (before === undefined) return;
    const old = before.serving ?? before.latest;
    const current = after === undefined ? undefined : (after.serving ?? after.latest);
    if (old.configurationId === current?.configurationId) return;
    for (const listener of this.#retired) listener(old);
  }

  #scope(accountId: string, region: string): Scope {
    const key = scopeKey(accountId, region);
    const existing = this.#scopes.get(key);
    if (existing !== undefined) return existing;
    const created: Scope = { documents: new Map(), names: undefined };
    this.#scopes.set(key, created);
    return created;
  }
}

/** The functions of one account in one region. `names` is their sorted list, made when first needed. */
interface Scope {
  readonly documents: Map<string, Document<FunctionRecord>>;
  names: readonly string[] | undefined;
}

function sortedNames(scope: Scope): readonly string[] {
  scope.names ??= [...scope.documents.keys()].toSorted();
  return scope.names;
}

function scopeKey(accountId: string, region: string): string {
  return `${accountId}/${region}`;
}

function storeKey(key: FunctionKey): string {
  return documentKey(KIND, partitionOf(key.region), key.accountId, key.region, key.name);
}

function keyOf(documentKeyText: string): FunctionKey {
  const [, , accountId, region, name] = documentKeyText.split('/').map(decodeURIComponent);
  invariant(accountId !== undefined && region !== undefined && name !== undefined, 'a function key has five segments');
  return { accountId, region, name };
}
