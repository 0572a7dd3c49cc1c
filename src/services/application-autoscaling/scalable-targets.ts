import { partitionOf } from '#aws/arn.ts';
import { documentKey, type Document, type DocumentStore, type Watch } from '#storage/document-store.ts';
import { WriteTurns } from '#storage/write-turns.ts';
import type { ScalableTarget } from './scalable-target.ts';

const KIND = 'scalable-targets';

/** Which target. */
export type TargetKey = Pick<ScalableTarget, 'accountId' | 'region' | 'resourceId'>;

/** All scalable targets, in memory and durable: look-ups are synchronous and read one's own writes. */
export class ScalableTargets {
  readonly #documents: DocumentStore;
  readonly #turns = new WriteTurns();
  readonly #targets = new Map<string, Document<ScalableTarget>>();
  #watch: Watch | undefined;

  private constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  /** Resolves once everything stored is in memory. */
  static async open(documents: DocumentStore): Promise<ScalableTargets> {
    const targets = new ScalableTargets(documents);
    targets.#watch = await documents.watch<ScalableTarget>(`${KIND}/`, (change) => {
      if (change.type === 'put') targets.#targets.set(change.document.key, change.document);
      else if (change.type === 'delete') targets.#targets.delete(change.key);
    });
    return targets;
  }

  find(key: TargetKey): ScalableTarget | undefined {
    return this.#targets.get(storeKey(key))?.value;
  }

  /** Of one account in one region, in the order of their ids. */
  list(accountId: string, region: string): readonly ScalableTarget[] {
    const found = [...this.all()].filter((target) => target.accountId === accountId && target.region === region);
    return found.toSorted((left, right) => (left.resourceId < right.resourceId ? -1 : 1));
  }

  *all(): IterableIterator<ScalableTarget> {
    for (const { value } of this.#targets.values()) yield value;
  }

  /** Stores what `change` makes of the target, undefined where there is none; undefined deletes it. `change` may run several times. */
  async change<Changed extends ScalableTarget | undefined>(
    key: TargetKey,
    change: (target: ScalableTarget | undefined) => Changed,
  ): Promise<Changed> {
    const path = storeKey(key);
    return this.#turns.write(path, async () => {
      const current = this.#targets.get(path);
      const changed = change(current?.value);
      if (changed !== undefined) await this.#documents.put<ScalableTarget>(path, changed, current?.revision ?? 0);
      else if (current !== undefined) await this.#documents.delete(path, current.revision);
      return changed;
    });
  }

  close(): void {
    this.#watch?.close();
  }
}

function storeKey({ accountId, region, resourceId }: TargetKey): string {
  return documentKey(KIND, partitionOf(region), accountId, region, resourceId);
}
