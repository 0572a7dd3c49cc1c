import { partitionOf } from '#aws/arn.ts';
import { AwsError } from '#aws/errors.ts';
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
import { InvalidDocumentValue, VALUE_MAX_BYTES } from '#storage/document-limits.ts';
import { WriteTurns } from '#storage/write-turns.ts';
import { codeDigestsOf } from './function-layers.ts';
import type { FunctionRecord, FunctionVersion } from './function-record.ts';
import { functionTooLarge } from './lambda-errors.ts';
import { PublishedVersions, VERSION_KIND, versionDocumentId, versionDocumentKey } from './published-versions.ts';

const KIND = 'functions';

/** A change of a record that may publish a version on the way; the record then names the version's document. */
export interface Publication {
  readonly record: FunctionRecord;
  readonly published?: FunctionVersion;
}

export interface CodeUses {
  /** Whether inactive versions count, too: they need their packages, but nothing unpacked. True unless given. */
  readonly inactive?: boolean;
}

/**
 * All functions and their published versions, in memory and durable. The memory follows the document store by watches that have seen
 * a change before its write resolves: lookups are synchronous and read one's own writes.
 *
 * A version is there when its function's record names it. Its document is written before the record and removed after it; what a
 * crash leaves in between is nobody's, and is removed when the repository is opened.
 */
export class FunctionRepository {
  readonly #documents: DocumentStore;
  readonly #turns = new WriteTurns();
  readonly #scopes = new Map<string, Scope>();
  readonly #versions = new PublishedVersions();
  readonly #retired = new Set<(version: FunctionVersion) => void>();
  readonly #changed = new Set<ChangeListener>();
  readonly #watches: Watch[] = [];

  private constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  /** Resolves once every stored function is in memory. */
  static async open(documents: DocumentStore): Promise<FunctionRepository> {
    const repository = new FunctionRepository(documents);
    const watches = repository.#watches;
    watches.push(await documents.watch<FunctionVersion>(`${VERSION_KIND}/`, (change) => repository.#applyVersion(change)));
    watches.push(await documents.watch<FunctionRecord>(`${KIND}/`, (change) => repository.#apply(change)));
    await repository.#removeOrphans();
    return repository;
  }

  find(accountId: string, region: string, name: string): FunctionRecord | undefined {
    return this.#document({ accountId, region, name })?.value;
  }

  /** A published version of the function, by its number. */
  publishedVersion(record: FunctionRecord, version: string): FunctionVersion | undefined {
    const id = record.versions?.[version];
    return id === undefined ? undefined : this.#versions.find(record, id)?.value;
  }

  /** Every published version of the function, in the order of their numbers. */
  publishedVersions(record: FunctionRecord): readonly FunctionVersion[] {
    // Whole numbers come in ascending order as the keys of an object.
    return Object.values(record.versions ?? {}).flatMap((id) => this.#versions.find(record, id)?.value ?? []);
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

  /** What some function or version shows or serves needs, its layers too; all else may go. */
  codeDigests(uses: CodeUses = {}): ReadonlySet<string> {
    const digests = new Set<string>();
    for (const version of this.#everyVersion(uses)) for (const digest of codeDigestsOf(version)) digests.add(digest);
    return digests;
  }

  /** Whether something that a function or version shows or serves needs that, at this moment. */
  usesCode(digest: string, uses: CodeUses = {}): boolean {
    for (const version of this.#everyVersion(uses)) if (codeDigestsOf(version).includes(digest)) return true;
    return false;
  }

  /** False when the function exists already. A version published with it is there with it, or not at all. */
  async create(record: FunctionRecord, published?: FunctionVersion): Promise<boolean> {
    try {
      await this.#put({ record, ...(published !== undefined && { published }) }, 0);
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
    return (await this.publish(key, (record) => ({ record: change(record) })))?.record;
  }

  /** As `update`, for a change that may publish a version: record and version are there together, or neither. */
  async publish(key: FunctionKey, change: (record: FunctionRecord) => Publication): Promise<Publication | undefined> {
    return this.#turns.write(storeKey(key), async () => {
      const current = this.#document(key);
      if (current === undefined) return undefined;
      const changed = change(current.value);
      if (changed.record === current.value) return changed;
      const record = await this.#put(changed, current.revision);
      await this.#removeVersions(current.value, record);
      return { ...changed, record };
    });
  }

  /** As `update`, for a published version; `change` must leave alone what never changes. */
  async updateVersion(
    key: FunctionKey & { readonly version: string },
    change: (version: FunctionVersion) => FunctionVersion,
  ): Promise<FunctionVersion | undefined> {
    return this.#turns.write(`${storeKey(key)}/${key.version}`, async () => {
      const current = this.#versionDocument(key);
      if (current === undefined) return undefined;
      const changed = change(current.value);
      return changed === current.value ? changed : (await this.#documents.put(current.key, changed, current.revision)).value;
    });
  }

  /** Deletes the function with all its versions. False when it does not exist. */
  async delete(key: FunctionKey): Promise<boolean> {
    return this.#turns.write(storeKey(key), async () => {
      const current = this.#document(key);
      if (current === undefined) return false;
      await this.#documents.delete(current.key, current.revision);
      await this.#removeVersions(current.value, undefined);
      return true;
    });
  }

  /**
   * Calls `listener` with each version that will not be invoked again as it is: replaced by an update that succeeded, deleted, or
   * inactive. It runs before the write that retires it resolves.
   */
  onRetired(listener: (version: FunctionVersion) => void): void {
    this.#retired.add(listener);
  }

  /** Calls `listener` with each record before and after a change, undefined where there is none, before the write resolves. */
  onChanged(listener: ChangeListener): void {
    this.#changed.add(listener);
  }

  close(): void {
    for (const watch of this.#watches) watch.close();
    this.#retired.clear();
    this.#changed.clear();
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
    const after = change.type === 'put' ? change.document.value : undefined;
    this.#announce(before, after);
    for (const listener of this.#changed) listener(before, after);
  }

  #applyVersion(change: DocumentChange<FunctionVersion>): void {
    this.#versions.apply(change);
    if (change.type === 'put' && isInactive(change.document.value)) this.#retire(change.document.value);
  }

  #announce(before: FunctionRecord | undefined, after: FunctionRecord | undefined): void {
    if (before === undefined) return;
    const old = before.serving ?? before.latest;
    const current = after === undefined ? undefined : (after.serving ?? after.latest);
    if (old.configurationId !== current?.configurationId || (isInactive(current) && !isInactive(old))) this.#retire(old);
    if (before.versions === undefined || before.versions === after?.versions) return;
    for (const id of missingIds(before, after)) {
      const gone = this.#versions.find(before, id);
      if (gone !== undefined) this.#retire(gone.value);
    }
  }

  #retire(version: FunctionVersion): void {
    for (const listener of this.#retired) listener(version);
  }

  *#everyVersion({ inactive = true }: CodeUses): IterableIterator<FunctionVersion> {
    for (const record of this.all()) {
      if (inactive || !isInactive(record.latest)) yield record.latest;
      if (record.serving !== undefined) yield record.serving;
      if (record.versions === undefined) continue;
      for (const version of this.publishedVersions(record)) if (inactive || !isInactive(version)) yield version;
    }
  }

  #versionDocument(key: FunctionKey & { readonly version: string }): Document<FunctionVersion> | undefined {
    const id = this.find(key.accountId, key.region, key.name)?.versions?.[key.version];
    return id === undefined ? undefined : this.#versions.find(key, id);
  }

  /** Writes the version first: until the record names it, nobody sees it. @throws RevisionConflict; then there is no version, either */
  async #put({ record, published }: Publication, expectedRevision: number): Promise<FunctionRecord> {
    if (published === undefined) return this.#putRecord(record, expectedRevision);
    const id = record.versions?.[published.version];
    invariant(id !== undefined, 'the record names the version that is published with it');
    const version = await this.#documents.put(versionDocumentKey(record, id), published, 0);
    try {
      return await this.#putRecord(record, expectedRevision);
    } catch (error) {
      // After any other error the record may be there all the same.
      if (error instanceof RevisionConflict || error instanceof AwsError) await this.#documents.delete(version.key, version.revision);
      throw error;
    }
  }

  /** @throws RevisionConflict, AwsError when aliases, policies and the like have become too many */
  async #putRecord(record: FunctionRecord, expectedRevision: number): Promise<FunctionRecord> {
    try {
      return (await this.#documents.put(storeKey(record), record, expectedRevision)).value;
    } catch (error) {
      throw error instanceof InvalidDocumentValue ? functionTooLarge(VALUE_MAX_BYTES) : error;
    }
  }

  /** Removes the documents of versions that the record no longer names. */
  async #removeVersions(before: FunctionRecord, after: FunctionRecord | undefined): Promise<void> {
    if (before.versions === undefined || before.versions === after?.versions) return;
    const documents = missingIds(before, after).flatMap((id) => this.#versions.find(before, id) ?? []);
    await Promise.all(documents.map((document) => this.#remove(document)));
  }

  /** Its state may change at the same time; nothing else does. */
  async #remove({ key, value, revision }: Document<FunctionVersion>): Promise<void> {
    try {
      await this.#documents.delete(key, revision);
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      const newer = this.#versions.find(value, versionDocumentId(key));
      if (newer !== undefined && newer.revision !== revision) await this.#remove(newer);
    }
  }

  async #removeOrphans(): Promise<void> {
    const orphans = [...this.#versions.all()].filter(({ key, value }) => {
      const record = this.find(value.accountId, value.region, value.name);
      return record?.versions?.[value.version] !== versionDocumentId(key);
    });
    await Promise.all(orphans.map((document) => this.#remove(document)));
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

type ChangeListener = (before: FunctionRecord | undefined, after: FunctionRecord | undefined) => void;

/** The functions of one account in one region. `names` is their sorted list, made when first needed. */
interface Scope {
  readonly documents: Map<string, Document<FunctionRecord>>;
  names: readonly string[] | undefined;
}

function isInactive({ state }: FunctionVersion): boolean {
  return state.name === 'Inactive';
}

function missingIds(before: FunctionRecord, after: FunctionRecord | undefined): readonly string[] {
  const remaining = new Set(Object.values(after?.versions ?? {}));
  return Object.values(before.versions ?? {}).filter((id) => !remaining.has(id));
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
