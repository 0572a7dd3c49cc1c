import { invariant } from '#base/invariant.ts';
import { Semaphore } from '#base/semaphore.ts';
import type { AccountId } from '#aws/caller.ts';
import type { DocumentStore, Watch } from '#storage/document-store.ts';
import { documentKey, RevisionConflict } from '#storage/document-store.ts';
import { alreadyExists, cannotBeFound, concurrentModification, noSuchEntity } from './iam-errors.ts';
import { arnOf } from './iam-record.ts';
import type { AccessKeyRecord, IamRecord, PolicyRecord, RecordKind, RecordOf, RoleRecord, UserRecord } from './iam-record.ts';
import { managedPolicy } from './managed-policies.ts';

const PREFIX = 'iam/';

interface Stored {
  readonly record: IamRecord;
  readonly revision: number;
}

/**
 * All roles, users and policies, held in memory by watching the store, so that every look-up is synchronous. Names do not distinguish
 * case. Changes within one account happen one after the other: whether a policy is attached, say, is decided before the policy goes.
 */
export class IamDirectory {
  readonly #store: DocumentStore;
  readonly #stored = new Map<string, Stored>();
  readonly #userKeyOfAccessKey = new Map<string, string>();
  readonly #turns = new Map<string, Semaphore>();
  #watch: Watch | undefined;

  private constructor(store: DocumentStore) {
    this.#store = store;
  }

  /** Resolves once everything stored is in memory. */
  static async open(store: DocumentStore): Promise<IamDirectory> {
    const directory = new IamDirectory(store);
    const caughtUp = Promise.withResolvers<void>();
    directory.#watch = await store.watch<IamRecord>(PREFIX, (change) => {
      if (change.type === 'caught-up') caughtUp.resolve();
      else if (change.type === 'delete') directory.#forget(change.key);
      else directory.#remember(change.document.key, { record: change.document.value, revision: change.document.revision });
    });
    await caughtUp.promise;
    return directory;
  }

  close(): void {
    this.#watch?.close();
  }

  find<Kind extends RecordKind>(kind: Kind, accountId: string, name: string): RecordOf<Kind> | undefined {
    const record = this.#stored.get(keyOf(kind, accountId, name))?.record;
    return record !== undefined && isKind(record, kind) ? record : undefined;
  }

  /** @throws AwsError NoSuchEntity */
  get<Kind extends 'role' | 'user'>(kind: Kind, accountId: string, name: string): RecordOf<Kind> {
    const record = this.find(kind, accountId, name);
    if (record === undefined) throw cannotBeFound(kind, name);
    return record;
  }

  /** All of an account whose path begins so, by name. */
  list<Kind extends RecordKind>(kind: Kind, accountId: string, pathPrefix = '/'): readonly RecordOf<Kind>[] {
    const records: RecordOf<Kind>[] = [];
    for (const { record } of this.#stored.values()) {
      if (record.accountId === accountId && isKind(record, kind) && record.path.startsWith(pathPrefix)) records.push(record);
    }
    return records.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A role of any account. */
  findRoleByArn(arn: string): RoleRecord | undefined {
    const [, accountId, name] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
    if (accountId === undefined || name === undefined) return undefined;
    const role = this.find('role', accountId, name);
    return role !== undefined && arnOf(role) === arn ? role : undefined;
  }

  /** A policy of the account, or one of AWS's own. */
  findPolicy(arn: string, accountId: string): PolicyRecord | undefined {
    const own = `arn:aws:iam::${accountId}:policy/`;
    if (!arn.startsWith(own)) return managedPolicy(arn);
    const policy = this.find('policy', accountId, arn.slice(arn.lastIndexOf('/') + 1));
    return policy !== undefined && arnOf(policy) === arn ? policy : undefined;
  }

  /** @throws AwsError NoSuchEntity */
  getPolicy(arn: string, accountId: string): PolicyRecord {
    const policy = this.findPolicy(arn, accountId);
    if (policy === undefined) throw cannotBeFound('policy', arn);
    return policy;
  }

  /** @throws AwsError NoSuchEntity, in the words of the operations that put a policy to use */
  getAttachablePolicy(arn: string, accountId: string): PolicyRecord {
    const policy = this.findPolicy(arn, accountId);
    if (policy === undefined) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
    return policy;
  }

  findAccessKey(accessKeyId: string): { readonly user: UserRecord; readonly key: AccessKeyRecord } | undefined {
    const userKey = this.#userKeyOfAccessKey.get(accessKeyId);
    const user = userKey === undefined ? undefined : this.#stored.get(userKey)?.record;
    if (user?.kind !== 'user') return undefined;
    const key = user.accessKeys.find(({ id }) => id === accessKeyId);
    return key === undefined ? undefined : { user, key };
  }

  /** `check` looks up what the record refers to. @throws AwsError EntityAlreadyExists, and whatever `check` throws */
  async create(record: IamRecord, check?: () => void): Promise<void> {
    await this.#inTurn(record.accountId, async () => {
      check?.();
      const key = keyOf(record.kind, record.accountId, record.name);
      if (this.#stored.has(key)) throw alreadyExists(record.kind, record.name);
      await this.#store.put(key, record, 0);
    });
  }

  /**
   * Replaces a record by what `change` makes of it; the same record leaves it alone. What `change` looks up stays true until the
   * write is done. `address` names it in errors.
   * @throws AwsError NoSuchEntity, and whatever `change` throws
   */
  async change<Kind extends RecordKind>(
    { kind, accountId, name, address = name }: RecordAddress<Kind>,
    change: (record: RecordOf<Kind>) => RecordOf<Kind>,
  ): Promise<RecordOf<Kind>> {
    return this.#inTurn(accountId, async () => {
      const { record, revision } = this.#current(kind, { accountId, name, address });
      const next = change(record);
      if (next !== record) await this.#store.put(keyOf(kind, accountId, name), next, revision);
      return next;
    });
  }

  /** Deletes a record unless `check` throws. @throws AwsError NoSuchEntity */
  async remove<Kind extends RecordKind>(
    { kind, accountId, name, address = name }: RecordAddress<Kind>,
    check: (record: RecordOf<Kind>) => void,
  ): Promise<void> {
    await this.#inTurn(accountId, async () => {
      const { record, revision } = this.#current(kind, { accountId, name, address });
      check(record);
      await this.#store.delete(keyOf(kind, accountId, name), revision);
    });
  }

  #current<Kind extends RecordKind>(
    kind: Kind,
    { accountId, name, address }: { readonly accountId: string; readonly name: string; readonly address: string },
  ): { readonly record: RecordOf<Kind>; readonly revision: number } {
    const stored = this.#stored.get(keyOf(kind, accountId, name));
    if (stored === undefined) throw cannotBeFound(kind, address);
    invariant(isKind(stored.record, kind), 'a key holds its own kind of record');
    return { record: stored.record, revision: stored.revision };
  }

  async #inTurn<Result>(accountId: string, work: () => Promise<Result>): Promise<Result> {
    const turns = this.#turns.get(accountId) ?? new Semaphore(1);
    this.#turns.set(accountId, turns);
    try {
      return await turns.run(work);
    } catch (error) {
      if (error instanceof RevisionConflict) throw concurrentModification();
      throw error;
    }
  }

  #remember(key: string, stored: Stored): void {
    this.#forget(key);
    this.#stored.set(key, stored);
    if (stored.record.kind === 'user') for (const { id } of stored.record.accessKeys) this.#userKeyOfAccessKey.set(id, key);
  }

  #forget(key: string): void {
    const record = this.#stored.get(key)?.record;
    if (record?.kind === 'user') for (const { id } of record.accessKeys) this.#userKeyOfAccessKey.delete(id);
    this.#stored.delete(key);
  }
}

export interface RecordAddress<Kind extends RecordKind> {
  readonly kind: Kind;
  readonly accountId: AccountId;
  readonly name: string;
  /** How an error names the record, when not by its name. */
  readonly address?: string;
}

function keyOf(kind: RecordKind, accountId: string, name: string): string {
  return documentKey('iam', 'aws', accountId, kind, name.toLowerCase());
}

function isKind<Kind extends RecordKind>(record: IamRecord, kind: Kind): record is RecordOf<Kind> {
  return record.kind === kind;
}
