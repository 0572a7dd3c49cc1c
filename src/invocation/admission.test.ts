import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import type { Lease } from '#base/lease.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import { FunctionRepository } from '#functions/function-repository.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { functionRecord } from '../../test/support/function-record.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { Admission } from './admission.ts';

const F = functionRecord('f');
const G = functionRecord('g');

interface Harness {
  readonly admission: Admission;
  readonly functions: FunctionRepository;
  readonly clock: ManualClock;
  readonly reserve: (record: FunctionRecord, reserved: number | undefined) => Promise<void>;
  /** As many invocations of `f` or the given function as are let in; the reason why the next is not. */
  readonly fill: (record?: FunctionRecord) => { readonly leases: readonly Lease[]; readonly reason: unknown };
}

async function harness(accountLimit: number): Promise<Harness> {
  const clock = new ManualClock();
  const functions = await FunctionRepository.open(new MemoryDocumentStore());
  const admission = new Admission({ accountLimit, clock });
  for (const record of [F, G]) await functions.create(record);
  admission.follow(functions);
  return {
    admission,
    functions,
    clock,
    async reserve(key, reserved) {
      await functions.update(key, ({ reservedConcurrency: _before, ...record }) => ({
        ...record,
        ...(reserved !== undefined && { reservedConcurrency: reserved }),
      }));
    },
    fill(record = F) {
      const leases: Lease[] = [];
      for (;;) {
        const refused = refusal(() => leases.push(admission.admit(record.latest)));
        if (refused !== undefined) return { leases, reason: refused.members['Reason'] };
      }
    },
  };
}

function refusal(work: () => unknown): AwsError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof AwsError, String(error));
    return error;
  }
}

function releaseAll(leases: readonly Lease[]): void {
  for (const lease of leases) lease.release();
}

suite('Admission: the account', () => {
  test('throttles at the limit of the account and region', async () => {
    const { admission, fill } = await harness(2);
    const { leases, reason } = fill();
    assert.deepEqual([leases.length, reason], [2, 'ConcurrentInvocationLimitExceeded']);
    const refused = refusal(() => admission.admit(G.latest));
    assert.deepEqual(
      [refused?.code, refused?.status, refused?.message, refused?.members],
      [
        'TooManyRequestsException',
        429,
        'Rate Exceeded.',
        { Type: 'User', Reason: 'ConcurrentInvocationLimitExceeded', retryAfterSeconds: '1' },
      ],
    );
    admission.admit({ ...F.latest, region: 'eu-west-1' }).release();
    admission.admit({ ...F.latest, accountId: '222222222222' as AccountId }).release();
    leases[0]?.release();
    leases[0]?.release();
    assert.equal(fill(G).leases.length, 1);
  });

  test('reserved concurrency is subtracted from what the others share, used or not', async () => {
    const { fill, reserve } = await harness(10);
    await reserve(G, 4);
    assert.equal(fill().leases.length, 6);
    const { leases, reason } = fill(G);
    assert.deepEqual([leases.length, reason], [4, 'ReservedFunctionConcurrentInvocationLimitExceeded']);
  });

  test('ten requests per second for each unit', async () => {
    const { admission, clock } = await harness(2);
    for (let count = 0; count < 20; count++) admission.admit(F.latest).release();
    const refused = refusal(() => admission.admit(G.latest));
    assert.deepEqual([refused?.members['Reason'], refused?.members['retryAfterSeconds']], ['FunctionInvocationRateLimitExceeded', '1']);
    clock.advance(100);
    for (let count = 0; count < 2; count++) admission.admit(F.latest).release();
    assert.ok(refusal(() => admission.admitRequest(F.latest)));
  });
});

suite('Admission: reserved concurrency', () => {
  test('0 switches a function off, and the recorded answer has no Retry-After', async () => {
    const { admission, fill, reserve } = await harness(10);
    await reserve(F, 0);
    assert.deepEqual(refusal(() => admission.admit(F.latest))?.members, {
      Type: 'User',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
    assert.equal(fill(G).leases.length, 10);
  });

  test('what runs when it is set counts, and when it is taken away', async () => {
    const { fill, reserve } = await harness(10);
    const { leases } = fill();
    await reserve(F, 4);
    // Ten of f run in its reservation of four; the other six are free.
    assert.equal(fill(G).leases.length, 6);
    assert.equal(fill(F).leases.length, 0);
    releaseAll(leases.slice(0, 7));
    assert.equal(fill(F).leases.length, 1);
    await reserve(F, undefined);
    assert.deepEqual([fill(F).leases.length, fill(G).leases.length], [0, 0]);
    releaseAll(leases.slice(7));
    assert.equal(fill(F).leases.length, 3);
  });

  test('a change leaves what runs alone and holds for the next', async () => {
    const { fill, reserve } = await harness(10);
    await reserve(F, 2);
    const first = fill().leases;
    await reserve(F, 3);
    assert.equal(fill().leases.length, 1);
    await reserve(F, 1);
    releaseAll(first);
    assert.equal(fill().leases.length, 0);
  });

  test('ten requests per second for each unit of it', async () => {
    const { admission, clock, reserve } = await harness(100);
    await reserve(F, 1);
    const count = (): number => {
      let admitted = 0;
      while (refusal(() => admission.admit(F.latest).release()) === undefined) admitted += 1;
      return admitted;
    };
    assert.equal(count(), 10);
    assert.equal(refusal(() => admission.admit(F.latest))?.members['Reason'], 'ReservedFunctionInvocationRateLimitExceeded');
    admission.admit(G.latest).release();
    clock.advance(1000);
    assert.equal(count(), 10);
  });

  test('a deleted function gives its reservation back; one of the same name begins anew', async () => {
    const { admission, fill, functions, reserve } = await harness(10);
    await reserve(F, 4);
    const { leases } = fill();
    await functions.delete(F);
    assert.equal(fill(G).leases.length, 6);
    releaseAll(leases);
    assert.equal(fill(G).leases.length, 4);
    const again = functionRecord('f');
    await functions.create({ ...again, reservedConcurrency: 1 });
    admission.admit(again.latest);
    assert.equal(fill(again).leases.length, 0);
  });

  test('is known from the start', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    await functions.create({ ...F, reservedConcurrency: 0 });
    const admission = new Admission({ accountLimit: 10, clock: new ManualClock() });
    admission.follow(functions);
    assert.ok(refusal(() => admission.admit(F.latest)));
  });
});

suite('Admission: growth', () => {
  test('a function gets 1,000 new environments at once, then 100 per second; allowance does not add up', async () => {
    const { admission, clock } = await harness(10_000);
    const grow = (): number => {
      let made = 0;
      while (refusal(() => admission.admitEnvironment(F.latest)) === undefined) made += 1;
      return made;
    };
    assert.equal(grow(), 1000);
    const refused = refusal(() => admission.admitEnvironment(F.latest));
    assert.equal(refused?.members['Reason'], 'FunctionInvocationRateLimitExceeded');
    admission.admitEnvironment(G.latest);
    clock.advance(1000);
    assert.equal(grow(), 100);
    clock.advance(60_000);
    assert.equal(grow(), 1000);
  });
});

suite('Admission: claims', () => {
  test('wait for room, and nobody overtakes them', async () => {
    const { admission, fill, reserve } = await harness(10);
    await reserve(F, 2);
    const { leases } = fill();
    const granted: string[] = [];
    const claim = async (title: string): Promise<Lease> => {
      const lease = await admission.claim(F.latest, new AbortController().signal);
      granted.push(title);
      return lease;
    };
    const first = claim('first');
    const second = claim('second');
    assert.equal(fill(G).leases.length, 8);
    leases[0]?.release();
    await first;
    assert.deepEqual(granted, ['first']);
    leases[1]?.release();
    await second;
    (await first).release();
    assert.equal(fill(F).leases.length, 1);
  });

  test('one that is given up no longer holds others back', async () => {
    const { admission, fill } = await harness(2);
    const { leases } = fill();
    const controller = new AbortController();
    const claim = admission.claim(F.latest, controller.signal);
    controller.abort(new Error('given up'));
    await assert.rejects(claim, /given up/);
    await assert.rejects(admission.claim(F.latest, controller.signal), /given up/);
    releaseAll(leases);
    assert.equal(fill(G).leases.length, 2);
  });

  test('a larger reservation serves those who wait', async () => {
    const { admission, reserve, fill } = await harness(10);
    await reserve(F, 1);
    fill();
    const claim = admission.claim(F.latest, new AbortController().signal);
    await reserve(F, 2);
    await claim;
    assert.equal(fill(F).leases.length, 0);
  });
});
