import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { RevisionConflict, type Document, type DocumentChange, type DocumentStore } from './document-store.ts';

/** Keys that are prefixes and near neighbours of one another. */
const KEYS = ['a', 'a/b', 'a/b-c', 'a/b/c', 'a/b0', 'a.b', 'A/b', 'a%2Fb', 'b'] as const;
const PREFIXES = ['', 'a', 'a/', 'a/b', 'a/b/', 'b', 'c'] as const;

type Model = Map<string, Document<unknown>>;

const key = fc.constantFrom(...KEYS);
const prefix = fc.constantFrom(...PREFIXES);
const expected = fc.constantFrom('current', 'current', 'absent', 'other');

const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('put' as const), key, value: fc.jsonValue(), expected }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), key, expected }) },
  fc.record({ type: fc.constant('get' as const), key }),
  fc.record({ type: fc.constant('list' as const), prefix, after: fc.option(key, { nil: undefined }), limit: fc.nat(KEYS.length + 1) }),
  fc.record({ type: fc.constant('watch' as const), prefix }),
);

type Operation = typeof operation extends fc.Arbitrary<infer Type> ? Type : never;

/** One operation at a time: every answer is the model's, and every open watch shows the model's state after each step. */
export async function checkAgainstModel(store: DocumentStore): Promise<void> {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
      run += 1;
      await new ModelRun(store, `run${run}/`).execute(operations);
    }),
    { numRuns: 40 },
  );
}

class ModelRun {
  readonly #store: DocumentStore;
  readonly #root: string;
  readonly #model: Model = new Map();
  readonly #views: { readonly prefix: string; readonly view: Model }[] = [];
  #lastRevision = 0;

  constructor(store: DocumentStore, root: string) {
    this.#store = store;
    this.#root = root;
  }

  async execute(operations: readonly Operation[]): Promise<void> {
    for (const step of operations) {
      await this.#step(step);
      for (const { prefix: watched, view } of this.#views) assert.deepEqual(sorted(view), sorted(this.#model, watched));
    }
  }

  async #step(step: Operation): Promise<void> {
    switch (step.type) {
      case 'put':
        await this.#put(this.#root + step.key, step.value, step.expected);
        break;
      case 'delete':
        await this.#delete(this.#root + step.key, step.expected);
        break;
      case 'get':
        assert.deepEqual(await this.#store.get(this.#root + step.key), this.#model.get(this.#root + step.key));
        break;
      case 'list': {
        const after = step.after === undefined ? undefined : this.#root + step.after;
        const listed = await this.#store.list(this.#root + step.prefix, { ...(after !== undefined && { after }), limit: step.limit });
        const all = sorted(this.#model, this.#root + step.prefix).filter((document) => after === undefined || document.key > after);
        assert.deepEqual(listed, all.slice(0, step.limit));
        break;
      }
      case 'watch': {
        const view: Model = new Map();
        await this.#store.watch(this.#root + step.prefix, (change) => apply(view, change));
        this.#views.push({ prefix: this.#root + step.prefix, view });
        break;
      }
    }
  }

  async #put(at: string, value: unknown, wanted: string): Promise<void> {
    const revision = this.#revision(at, wanted);
    if (revision !== (this.#model.get(at)?.revision ?? 0)) {
      await assert.rejects(this.#store.put(at, value, revision), RevisionConflict);
      return;
    }
    const document = await this.#store.put(at, value, revision);
    // JSON knows no negative zero.
    assert.deepEqual(document.value, JSON.parse(JSON.stringify(value)));
    assert.ok(document.revision > this.#lastRevision);
    this.#lastRevision = document.revision;
    this.#model.set(at, document);
  }

  async #delete(at: string, wanted: string): Promise<void> {
    const revision = this.#revision(at, wanted);
    if (revision === 0 || revision !== this.#model.get(at)?.revision) {
      await assert.rejects(this.#store.delete(at, revision), RevisionConflict);
      return;
    }
    await this.#store.delete(at, revision);
    this.#model.delete(at);
  }

  #revision(at: string, wanted: string): number {
    const current = this.#model.get(at)?.revision ?? 0;
    if (wanted === 'current') return current;
    return wanted === 'absent' ? 0 : current + 1;
  }
}

const writerStep = fc.record({ key, type: fc.constantFrom('put', 'put', 'delete') });

/**
 * Writers race each other while watches open among them. Each watch must equal what a watch from the very beginning saw: its snapshot
 * the state at the revision where it caught up, its changes exactly the later ones under its prefix.
 */
export async function checkWatchesUnderWriters(store: DocumentStore): Promise<void> {
  let run = 0;
  const writers = fc.array(fc.array(writerStep, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 });
  const watches = fc.array(fc.record({ prefix, afterReads: fc.nat(12) }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(writers, watches, async (steps, openings) => {
      run += 1;
      const root = `race${run}/`;
      const reference: DocumentChange<unknown>[] = [];
      const watching = await store.watch(root, (change) => reference.push(change));
      const written: Document<unknown>[] = [];
      const late = await Promise.all([
        Promise.all(openings.map(async (opening) => openLate(store, root + opening.prefix, opening.afterReads))),
        ...steps.map(async (own, index) => written.push(...(await writeAll(store, root, own, index)))),
      ]);
      watching.close();

      const all = reference.slice(1);
      assertRising(all.map(revisionOf));
      const puts = all.flatMap((change) => (change.type === 'put' ? [change.document] : []));
      assert.deepEqual(
        puts,
        written.toSorted((left, right) => left.revision - right.revision),
      );
      assert.deepEqual(await store.list(root, { limit: 1000 }), sorted(fold(all)));
      for (const { prefix: watched, changes } of late[0]) assertSameAs(all, watched, changes);
    }),
    { numRuns: 30 },
  );
}

interface LateWatch {
  readonly prefix: string;
  readonly changes: readonly DocumentChange<unknown>[];
}

async function openLate(store: DocumentStore, watched: string, afterReads: number): Promise<LateWatch> {
  for (let read = 0; read < afterReads; read += 1) await store.get(watched);
  const changes: DocumentChange<unknown>[] = [];
  await store.watch(watched, (change) => changes.push(change));
  return { prefix: watched, changes };
}

async function writeAll(
  store: DocumentStore,
  root: string,
  steps: readonly { readonly key: string; readonly type: string }[],
  writer: number,
): Promise<readonly Document<unknown>[]> {
  const written: Document<unknown>[] = [];
  for (const [index, step] of steps.entries()) {
    const at = root + step.key;
    const revision = (await store.get(at))?.revision ?? 0;
    try {
      if (step.type === 'put') written.push(await store.put(at, { writer, index }, revision));
      else await store.delete(at, revision);
    } catch (error) {
      // Another writer was first, or there was nothing to delete.
      if (!(error instanceof RevisionConflict)) throw error;
    }
  }
  return written;
}

function assertSameAs(reference: readonly DocumentChange<unknown>[], watched: string, changes: readonly DocumentChange<unknown>[]): void {
  const caughtUp = changes.findIndex((change) => change.type === 'caught-up');
  const marker = changes[caughtUp];
  assert.ok(marker !== undefined);
  const at = revisionOf(marker);
  const relevant = reference.filter((change) => keyOf(change).startsWith(watched));
  const snapshot = changes.slice(0, caughtUp);
  assert.equal(new Set(snapshot.map(keyOf)).size, snapshot.length, 'a snapshot names each key once');
  assert.deepEqual(sorted(fold(snapshot)), sorted(fold(relevant.filter((change) => revisionOf(change) <= at))));
  assert.deepEqual(
    changes.slice(caughtUp + 1),
    relevant.filter((change) => revisionOf(change) > at),
  );
}

function assertRising(revisions: readonly number[]): void {
  for (const [index, revision] of revisions.entries()) assert.ok(index === 0 || revision > (revisions[index - 1] ?? 0));
}

function keyOf(change: DocumentChange<unknown>): string {
  if (change.type === 'caught-up') return '';
  return change.type === 'put' ? change.document.key : change.key;
}

function revisionOf(change: DocumentChange<unknown>): number {
  return change.type === 'put' ? change.document.revision : change.revision;
}

function apply(view: Model, change: DocumentChange<unknown>): void {
  if (change.type === 'put') view.set(change.document.key, change.document);
  if (change.type === 'delete') view.delete(change.key);
}

function fold(changes: readonly DocumentChange<unknown>[]): Model {
  const view: Model = new Map();
  for (const change of changes) apply(view, change);
  return view;
}

function sorted(model: Model, startingWith = ''): readonly Document<unknown>[] {
  const documents = [...model.values()].filter((document) => document.key.startsWith(startingWith));
  return documents.toSorted((left, right) => (left.key < right.key ? -1 : 1));
}
