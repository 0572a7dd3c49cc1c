import { partitionOf } from '#aws/arn.ts';
import { invariant } from '#base/invariant.ts';
import { documentKey, type Document, type DocumentChange, type DocumentStore, type Watch } from '#storage/document-store.ts';
import { WriteTurns } from '#storage/write-turns.ts';
import type { LayerContent, LayerKey, LayerVersion, LayerVersionKey } from './layer-version.ts';

const COUNTER_KIND = 'layers';
const VERSION_KIND = 'layer-versions';

/** The document of a layer, `layers/<partition>/<account>/<region>/<name>`: it outlives its versions, whose numbers never come back. */
interface LayerCounter {
  /** The highest number that was given away. */
  readonly versionCounter: number;
}

/**
 * All layer versions, in memory and durable. The memory follows the document store by a watch that has seen a change before its write
 * resolves: lookups are synchronous and read one's own writes.
 */
export class LayerRepository {
  readonly #documents: DocumentStore;
  readonly #turns = new WriteTurns();
  /** Account and region → layer name → number. */
  readonly #scopes = new Map<string, Map<string, Map<number, Document<LayerVersion>>>>();
  /** Package digest → how many versions have it, and how many requests are about to use it. */
  readonly #uses = new Map<string, number>();
  #watch: Watch | undefined;

  private constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  /** Resolves once every stored layer version is in memory. */
  static async open(documents: DocumentStore): Promise<LayerRepository> {
    const repository = new LayerRepository(documents);
    repository.#watch = await documents.watch<LayerVersion>(`${VERSION_KIND}/`, (change) => repository.#apply(change));
    return repository;
  }

  find(key: LayerVersionKey): LayerVersion | undefined {
    return this.#document(key)?.value;
  }

  /** The versions of one layer, the newest first. Empty when there is no such layer. */
  versions(key: LayerKey): readonly LayerVersion[] {
    return newestFirst(this.#scopes.get(scopeKey(key))?.get(key.name));
  }

  /** The layers of one account in one region that have versions, in the order of their names. */
  layers(scope: Omit<LayerKey, 'name'>): readonly { readonly name: string; readonly versions: readonly LayerVersion[] }[] {
    const layers = this.#scopes.get(scopeKey(scope)) ?? new Map<string, Map<number, Document<LayerVersion>>>();
    return [...layers.keys()].toSorted().map((name) => ({ name, versions: newestFirst(layers.get(name)) }));
  }

  /** Whether a layer version has that package, or a request is about to use it. */
  usesCode(digest: string): boolean {
    return this.#uses.has(digest);
  }

  /**
   * Keeps packages from being removed until disposed: for a function that is about to have them, while somebody deletes the layer
   * version.
   */
  keep(digests: readonly string[]): Disposable {
    for (const digest of digests) this.#count(digest, 1);
    return {
      [Symbol.dispose]: () => {
        for (const digest of digests) this.#count(digest, -1);
      },
    };
  }

  /** Stores the content under the layer's next number. */
  async publish(layer: LayerKey, content: LayerContent): Promise<LayerVersion> {
    const published = { ...layer, version: await this.#nextNumber(layer), ...content };
    return (await this.#documents.put<LayerVersion>(versionDocumentKey(published), published, 0)).value;
  }

  /**
   * Replaces the version by what `change` makes of the newest one; `change` may run several times, and cancels by throwing. Undefined
   * when there is no such version.
   */
  async update(key: LayerVersionKey, change: (version: LayerVersion) => LayerVersion): Promise<LayerVersion | undefined> {
    return this.#write(key, async (current) => (await this.#documents.put(current.key, change(current.value), current.revision)).value);
  }

  /** False when there is no such version. */
  async delete(key: LayerVersionKey): Promise<boolean> {
    const deleted = await this.#write(key, async (current) => {
      await this.#documents.delete(current.key, current.revision);
      return true;
    });
    return deleted === true;
  }

  close(): void {
    this.#watch?.close();
  }

  async #nextNumber({ accountId, region, name }: LayerKey): Promise<number> {
    const key = documentKey(COUNTER_KIND, partitionOf(region), accountId, region, name);
    return this.#turns.write(key, async () => {
      const current = await this.#documents.get<LayerCounter>(key);
      const versionCounter = (current?.value.versionCounter ?? 0) + 1;
      await this.#documents.put<LayerCounter>(key, { versionCounter }, current?.revision ?? 0);
      return versionCounter;
    });
  }

  #write<Result>(key: LayerVersionKey, write: (current: Document<LayerVersion>) => Promise<Result>): Promise<Result | undefined> {
    return this.#turns.write(versionDocumentKey(key), async () => {
      const current = this.#document(key);
      return current === undefined ? undefined : write(current);
    });
  }

  #document(key: LayerVersionKey): Document<LayerVersion> | undefined {
    return this.#scopes.get(scopeKey(key))?.get(key.name)?.get(key.version);
  }

  #apply(change: DocumentChange<LayerVersion>): void {
    if (change.type === 'caught-up') return;
    const key = change.type === 'put' ? change.document.value : keyOf(change.key);
    const scope = getOrMake(this.#scopes, scopeKey(key), () => new Map<string, Map<number, Document<LayerVersion>>>());
    const versions = getOrMake(scope, key.name, () => new Map<number, Document<LayerVersion>>());
    const before = versions.get(key.version);
    if (change.type === 'put') {
      this.#count(change.document.value.code.digest, 1);
      versions.set(key.version, change.document);
    } else versions.delete(key.version);
    if (before !== undefined) this.#count(before.value.code.digest, -1);
    if (versions.size === 0) scope.delete(key.name);
  }

  #count(digest: string, change: 1 | -1): void {
    const uses = (this.#uses.get(digest) ?? 0) + change;
    if (uses === 0) this.#uses.delete(digest);
    else this.#uses.set(digest, uses);
  }
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const made = make();
  map.set(key, made);
  return made;
}

function newestFirst(versions: ReadonlyMap<number, Document<LayerVersion>> | undefined): readonly LayerVersion[] {
  if (versions === undefined) return [];
  return [...versions.values()].map(({ value }) => value).toSorted((a, b) => b.version - a.version);
}

function scopeKey({ accountId, region }: { readonly accountId: string; readonly region: string }): string {
  return `${accountId}/${region}`;
}

function versionDocumentKey({ accountId, region, name, version }: LayerVersionKey): string {
  return documentKey(VERSION_KIND, partitionOf(region), accountId, region, name, String(version));
}

function keyOf(documentKeyText: string): Pick<LayerVersionKey, 'region' | 'name' | 'version'> & { readonly accountId: string } {
  const [, , accountId, region, name, version] = documentKeyText.split('/').map(decodeURIComponent);
  invariant(
    accountId !== undefined && region !== undefined && name !== undefined && version !== undefined,
    'a key of a layer version has six segments',
  );
  return { accountId, region, name, version: Number(version) };
}
