import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AwsError } from '#aws/errors.ts';
import type { Lease } from '#base/lease.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import { FunctionRepository } from '#functions/function-repository.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { functionRecord } from '../../test/support/function-record.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { Admission } from './admission.ts';

const ACCOUNT_LIMIT = 12;
const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];

type Step =
  | { readonly type: 'admit' | 'claim' | 'cancel' | 'recreate'; readonly name: Name }
  | { readonly type: 'release'; readonly index: number }
  | { readonly type: 'reserve'; readonly name: Name; readonly reserved: number | undefined };

const name = fc.constantFrom(...NAMES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ type: fc.constant('admit' as const), name }), weight: 8 },
  { arbitrary: fc.record({ type: fc.constant('release' as const), index: fc.nat() }), weight: 6 },
  { arbitrary: fc.record({ type: fc.constantFrom('claim' as const, 'cancel' as const), name }), weight: 3 },
  { arbitrary: fc.record({ type: fc.constant('recreate' as const), name }), weight: 1 },
  { arbitrary: fc.record({ type: fc.constant('reserve' as const), name, reserved: fc.option(fc.nat(4), { nil: undefined }) }), weight: 2 },
);

/** One lease that is held, of which function; a function that is created anew is another one. */
interface Held {
  readonly owner: object;
  readonly lease: Lease;
}

interface Living {
  readonly owner: object;
  readonly record: FunctionRecord;
  reserved: number | undefined;
}

test('no interleaving lets more in than a limit allows, and none loses a lease', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const clock = new ManualClock();
      const functions = await FunctionRepository.open(new MemoryDocumentStore());
      const admission = new Admission({ accountLimit: ACCOUNT_LIMIT, clock });
      const living = new Map<Name, Living>();
      const held: Held[] = [];
      const waiting: { readonly owner: object; readonly controller: AbortController; readonly done: Promise<void> }[] = [];

      const create = async (created: Name): Promise<void> => {
        const record = functionRecord(created);
        await functions.create(record);
        living.set(created, { owner: {}, record, reserved: undefined });
      };
      for (const created of NAMES) await create(created);
      admission.follow(functions);

      const heldBy = (owner: object): number => held.filter((one) => one.owner === owner).length;
      const reservedInAll = (): number => [...living.values()].reduce((sum, { reserved }) => sum + (reserved ?? 0), 0);
      /** Leases of functions that have no reservation, of deleted ones, too. */
      const unreservedInUse = (): number => {
        const owners = new Set([...living.values()].filter(({ reserved }) => reserved !== undefined).map(({ owner }) => owner));
        return held.filter(({ owner }) => !owners.has(owner)).length;
      };
      /** Just let in: all that runs of its pool, itself included, fits. */
      const checkLimit = (owner: object): void => {
        const reserved = [...living.values()].find((one) => one.owner === owner)?.reserved;
        if (reserved === undefined) assert.ok(unreservedInUse() <= Math.max(0, ACCOUNT_LIMIT - reservedInAll()));
        else assert.ok(heldBy(owner) <= reserved);
      };
      const find = (wanted: Name): Living => living.get(wanted) ?? assert.fail(wanted);

      for (const current of steps) {
        // Rates are another matter: each step has a second of its own.
        clock.advance(1000);
        switch (current.type) {
          case 'admit': {
            const { owner, record } = find(current.name);
            try {
              held.push({ owner, lease: admission.admit(record.latest) });
              checkLimit(owner);
            } catch (error) {
              if (!(error instanceof AwsError)) throw error;
            }
            break;
          }
          case 'release':
            if (held.length > 0) held.splice(current.index % held.length, 1)[0]?.lease.release();
            break;
          case 'claim': {
            const { owner, record } = find(current.name);
            const controller = new AbortController();
            const done = admission.claim(record.latest, controller.signal).then(
              (lease) => void held.push({ owner, lease }),
              () => undefined,
            );
            waiting.push({ owner, controller, done });
            break;
          }
          case 'cancel': {
            const { owner } = find(current.name);
            for (const claim of waiting) if (claim.owner === owner) claim.controller.abort(new Error('given up'));
            break;
          }
          case 'recreate': {
            const { record } = find(current.name);
            await functions.delete(record);
            await create(current.name);
            break;
          }
          case 'reserve': {
            const function_ = find(current.name);
            function_.reserved = current.reserved;
            await functions.update(function_.record, ({ reservedConcurrency: _before, ...record }) => ({
              ...record,
              ...(current.reserved !== undefined && { reservedConcurrency: current.reserved }),
            }));
            break;
          }
        }
        // What was granted meanwhile is held; a grant fits like any other.
        const before = held.length;
        await new Promise((resolve) => setImmediate(resolve));
        for (const { owner } of held.slice(before)) checkLimit(owner);
      }

      for (const { controller } of waiting) controller.abort(new Error('over'));
      await Promise.all(waiting.map(({ done }) => done));
      for (const { lease } of held) {
        lease.release();
        lease.release();
      }
      clock.advance(60_000);
      // Everything is back: each pool takes exactly what it has.
      for (const { record, reserved } of living.values()) {
        if (reserved !== undefined) assert.equal(admitAll(admission, record), reserved);
      }
      const shared = [...living.values()].find(({ reserved }) => reserved === undefined);
      if (shared !== undefined) assert.equal(admitAll(admission, shared.record), Math.max(0, ACCOUNT_LIMIT - reservedInAll()));
    }),
    { numRuns: 300 },
  );
});

function admitAll(admission: Admission, { latest }: FunctionRecord): number {
  for (let admitted = 0; ; admitted++) {
    try {
      admission.admit(latest);
    } catch (error) {
      assert.ok(error instanceof AwsError && error.code === 'TooManyRequestsException', String(error));
      return admitted;
    }
  }
}
