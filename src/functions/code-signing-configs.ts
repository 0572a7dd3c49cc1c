import { partitionOf } from '#aws/arn.ts';
import { documentKey, type Document, type DocumentStore, type Watch } from '#storage/document-store.ts';
import { WriteTurns } from '#storage/write-turns.ts';
import type { CodeSigningConfig, CodeSigningConfigKey } from './code-signing-config.ts';

const KIND = 'code-signing-configs';

/** All code signing configurations, in memory and durable; the memory follows the document store by a watch. */
export class CodeSigningConfigs {
  readonly #documents: DocumentStore;
  readonly #turns = new WriteTurns();
  readonly #known = new Map<string, Document<CodeSigningConfig>>();
  #watch: Watch | undefined;

  private constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  static async open(documents: DocumentStore): Promise<CodeSigningConfigs> {
    const configs = new CodeSigningConfigs(documents);
    configs.#watch = await documents.watch<CodeSigningConfig>(`${KIND}/`, (change) => {
      if (change.type === 'put') configs.#known.set(change.document.key, change.document);
      else if (change.type === 'delete') configs.#known.delete(change.key);
    });
    return configs;
  }

  find(key: CodeSigningConfigKey): CodeSigningConfig | undefined {
    return this.#known.get(storeKey(key))?.value;
  }

  /** Those of one account in one region, in the order of their ids. */
  list(accountId: string, region: string): readonly CodeSigningConfig[] {
    return Array.from(this.#known.values(), ({ value }) => value)
      .filter((config) => config.accountId === accountId && config.region === region)
      .toSorted((left, right) => (left.id < right.id ? -1 : 1));
  }

  async create(config: CodeSigningConfig): Promise<void> {
    await this.#documents.put(storeKey(config), config, 0);
  }

  /** Undefined when there is none; `change` may run several times, and cancels by throwing or by returning what it was given. */
  async update(
    key: CodeSigningConfigKey,
    change: (config: CodeSigningConfig) => CodeSigningConfig,
  ): Promise<CodeSigningConfig | undefined> {
    return this.#write(key, async (current) => {
      const changed = change(current.value);
      return changed === current.value ? changed : (await this.#documents.put(current.key, changed, current.revision)).value;
    });
  }

  /** False when there is none. */
  async delete(key: CodeSigningConfigKey): Promise<boolean> {
    const deleted = await this.#write(key, async (current) => {
      await this.#documents.delete(current.key, current.revision);
      return true;
    });
    return deleted ?? false;
  }

  close(): void {
    this.#watch?.close();
  }

  #write<Result>(key: CodeSigningConfigKey, write: (current: Document<CodeSigningConfig>) => Promise<Result>): Promise<Result | undefined> {
    return this.#turns.write(storeKey(key), async () => {
      const current = this.#known.get(storeKey(key));
      return current === undefined ? undefined : write(current);
    });
  }
}

function storeKey({ accountId, region, id }: CodeSigningConfigKey): string {
  return documentKey(KIND, partitionOf(region), accountId, region, id);
}
