import { createHash } from 'node:crypto';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import { partitionOf } from '#aws/arn.ts';
import { KEY_MAX_BYTES } from '#storage/document-limits.ts';
import { documentKey, RevisionConflict, type DocumentStore } from '#storage/document-store.ts';
import type { LogGroup, LogGroupPlace } from './log-group.ts';

const PREFIX = 'log-groups/';
const PAGE = 500;

type GroupAttributes = Partial<Pick<LogGroup, 'tags' | 'groupClass' | 'deletionProtected'>>;

/** A group in memory. `revision` is 0 until its document is written for the first time; `saving` resolves after the last write. */
interface Entry {
  group: LogGroup;
  revision: number;
  saving: Promise<void>;
}

/**
 * All log groups, in memory and as documents `log-groups/<partition>/<account>/<region>/<name>`. This process is their only writer,
 * so that a group can come into being synchronously, with its first line; the document follows.
 */
export class LogGroups {
  readonly #documents: DocumentStore;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #logger: Logger;
  readonly #entries = new Map<string, Entry>();
  readonly #groupIds = new Set<string>();
  /** Deletions on their way: a new group of the name is written after them. */
  readonly #deleting = new Map<string, Promise<void>>();

  private constructor(options: LogGroupsOptions) {
    this.#documents = options.documents;
    this.#clock = options.clock;
    this.#ids = options.ids;
    this.#logger = options.logger;
  }

  static async open(options: LogGroupsOptions): Promise<LogGroups> {
    const groups = new LogGroups(options);
    let after: string | undefined;
    for (;;) {
      const page = await options.documents.list<LogGroup>(PREFIX, { limit: PAGE, ...(after !== undefined && { after }) });
      for (const { key, value, revision } of page) {
        groups.#entries.set(key, { group: value, revision, saving: Promise.resolve() });
        groups.#groupIds.add(value.id);
      }
      if (page.length < PAGE) return groups;
      after = page.at(-1)?.key;
    }
  }

  find(place: LogGroupPlace): LogGroup | undefined {
    return this.#entries.get(keyOf(place))?.group;
  }

  /** Whether a record log belongs to a group. */
  owns(id: string): boolean {
    return this.#groupIds.has(id);
  }

  all(): readonly LogGroup[] {
    return Array.from(this.#entries.values(), (entry) => entry.group);
  }

  /** Groups of one account and region in the order of names. */
  list(accountId: string, region: string): readonly LogGroup[] {
    return this.all()
      .filter((group) => group.accountId === accountId && group.region === region)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Undefined when there is such a group. Resolves when it is stored. */
  async create(place: LogGroupPlace, attributes: GroupAttributes = {}): Promise<LogGroup | undefined> {
    const key = keyOf(place);
    if (this.#entries.has(key)) return undefined;
    const entry = this.#add(key, place, attributes);
    try {
      await entry.saving;
    } catch (error) {
      this.#forget(key, entry);
      throw error;
    }
    return entry.group;
  }

  /** The group, created at need; its document is written in the background. */
  ensure(place: LogGroupPlace): LogGroup {
    const key = keyOf(place);
    const known = this.#entries.get(key);
    if (known !== undefined) return known.group;
    const entry = this.#add(key, place, {});
    this.#reportFailure(entry);
    return entry.group;
  }

  /** Writes what `ensure` could not write. */
  saveUnsaved(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.revision > 0) continue;
      // Its failure was reported; what counts is the attempt after it.
      const earlier = entry.saving.catch(() => undefined);
      entry.saving = earlier.then(() => this.#insert(key, entry));
      this.#reportFailure(entry);
    }
  }

  /** The changed group, or undefined when there is none. Resolves when it is stored. */
  async change(place: LogGroupPlace, change: (group: LogGroup) => LogGroup): Promise<LogGroup | undefined> {
    const key = keyOf(place);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const write = this.#update(key, entry, entry.saving, change);
    // The next change starts from what is stored, whether this one was or not.
    entry.saving = write.catch(() => undefined);
    await write;
    return entry.group;
  }

  /** The deleted group, or undefined when there is none. It is gone from memory at once. */
  async delete(place: LogGroupPlace): Promise<LogGroup | undefined> {
    const key = keyOf(place);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#forget(key, entry);
    const deletion = entry.saving
      .catch(() => undefined)
      .then(() => (entry.revision === 0 ? undefined : this.#documents.delete(key, entry.revision)));
    this.#deleting.set(key, deletion);
    try {
      await deletion;
    } finally {
      if (this.#deleting.get(key) === deletion) this.#deleting.delete(key);
    }
    return entry.group;
  }

  /** Resolves when every group in memory is stored, as far as that is possible. */
  async settle(): Promise<void> {
    await Promise.allSettled(Array.from(this.#entries.values(), (entry) => entry.saving));
  }

  async #update(key: string, entry: Entry, earlier: Promise<void>, change: (group: LogGroup) => LogGroup): Promise<void> {
    await earlier;
    const changed = change(entry.group);
    const { revision } = await this.#documents.put(key, changed, entry.revision);
    entry.group = changed;
    entry.revision = revision;
  }

  #add(key: string, place: LogGroupPlace, attributes: GroupAttributes): Entry {
    const { accountId, region, name } = place;
    const identity = { accountId, region, name, id: this.#ids.hex(12), createdMs: this.#clock.wallMs() };
    const group: LogGroup = { ...identity, tags: {}, groupClass: 'STANDARD', deletionProtected: false, ...attributes };
    const entry: Entry = { group, revision: 0, saving: Promise.resolve() };
    this.#entries.set(key, entry);
    this.#groupIds.add(group.id);
    entry.saving = this.#insert(key, entry);
    return entry;
  }

  async #insert(key: string, entry: Entry): Promise<void> {
    await this.#deleting.get(key)?.catch(() => undefined);
    try {
      const { revision } = await this.#documents.put(key, entry.group, 0);
      entry.revision = revision;
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      // Left by a deletion that did not get through.
      const stale = await this.#documents.get<LogGroup>(key);
      const { revision } = await this.#documents.put(key, entry.group, stale?.revision ?? 0);
      entry.revision = revision;
    }
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    this.#groupIds.delete(entry.group.id);
  }

  #reportFailure(entry: Entry): void {
    void entry.saving.catch((error: unknown) => {
      this.#logger.error('a log group could not be stored', { group: entry.group.name, error });
    });
  }
}

export interface LogGroupsOptions {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}

function keyOf(place: LogGroupPlace): string {
  const { accountId, region, name } = place;
  const key = PREFIX + documentKey(partitionOf(region), accountId, region, name);
  if (key.length <= KEY_MAX_BYTES) return key;
  // Escaped slashes make a long name too long. No name has a tilde.
  return PREFIX + documentKey(partitionOf(region), accountId, region, `~${createHash('sha256').update(name).digest('hex')}`);
}
