import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RecordLog, RecordLogStore, RecordQuery } from './record-log.ts';

/** A store to test, and how to see what a later run finds: `reopen` closes it and opens the same storage again. */
export interface RecordLogHarness {
  readonly store: RecordLogStore;
  readonly reopen: () => Promise<RecordLogStore>;
  readonly close: () => Promise<void>;
}

const ALL: RecordQuery = { fromMs: 0, untilMs: Infinity, direction: 'forward', limit: 10_000, maxLength: 1_000_000 };

/** What every driver of `RecordLogStore` must do. */
export function recordLogContract(driver: string, open: () => Promise<RecordLogHarness>): void {
  const contract = (behaviour: string, body: (harness: RecordLogHarness) => Promise<void>): void => {
    test(behaviour, async () => {
      const harness = await open();
      try {
        await body(harness);
      } finally {
        await harness.close();
      }
    });
  };

  describe(`RecordLogStore: ${driver}`, () => {
    contract('append is seen by the next read, before and after it is written', async ({ store }) => {
      const log = store.log('a');
      log.append('one', [record(5, 'x'), record(6, 'y')]);
      assert.deepEqual(await messages(log), ['x', 'y']);
      await log.flush();
      assert.deepEqual(await messages(log), ['x', 'y']);
      assert.equal(log.bufferedLength('one'), 0);
    });

    contract('append survives a reopening, with time, track, ingestion time and position', async ({ store, reopen }) => {
      store.log('a').append('one', [record(5, 'grün\n'), record(6, '😀')]);
      const before = await store.log('a').read(ALL);
      const again = await reopen();
      assert.deepEqual(await again.log('a').read(ALL), before);
      assert.equal(before.records[0]?.track, 'one');
      assert.deepEqual(await again.ids(), ['a']);
    });

    contract('positions grow over a reopening', async ({ store, reopen }) => {
      store.log('a').append('one', [record(5, 'x'), record(5, 'y')]);
      const again = await reopen();
      again.log('a').append('one', [record(5, 'z')]);
      const { records } = await again.log('a').read(ALL);
      assert.deepEqual(
        records.map((each) => each.message),
        ['x', 'y', 'z'],
      );
      const positions = records.map((each) => each.position);
      assert.deepEqual(
        positions,
        [...new Set(positions)].toSorted((a, b) => a - b),
      );
    });

    contract('read merges tracks by time, then by position', async ({ store }) => {
      const log = store.log('a');
      log.append('one', [record(1, 'a'), record(5, 'd')]);
      await log.flush();
      log.append('two', [record(2, 'b'), record(5, 'e')]);
      log.append('one', [record(3, 'c')]);
      assert.deepEqual(await messages(log), ['a', 'b', 'c', 'd', 'e']);
      assert.deepEqual(await messages(log, { direction: 'backward' }), ['e', 'd', 'c', 'b', 'a']);
    });

    contract('read keeps to tracks, prefix, time range and matches', async ({ store }) => {
      const log = store.log('a');
      log.append('x/1', [record(1, 'a'), record(2, 'b'), record(3, 'c')]);
      log.append('x/2', [record(2, 'd')]);
      log.append('y/1', [record(2, 'e')]);
      assert.deepEqual(await messages(log, { fromMs: 2, untilMs: 3 }), ['b', 'd', 'e']);
      assert.deepEqual(await messages(log, { tracks: ['x/2', 'y/1', 'missing'] }), ['d', 'e']);
      assert.deepEqual(await messages(log, { trackPrefix: 'x/' }), ['a', 'b', 'd', 'c']);
      assert.deepEqual(await messages(log, { matches: (message) => message > 'c' }), ['d', 'e']);
    });

    for (const direction of ['forward', 'backward'] as const) {
      contract(`pages ${direction} hold every record once, whatever their size`, async ({ store }) => {
        const log = store.log('a');
        const written: string[] = [];
        for (let batch = 0; batch < 20; batch++) {
          // Times run against the order of appends, and repeat.
          const records = [0, 1, 2].map((n) => record(100 - batch + (n % 2), `${batch}.${n}`));
          log.append(batch % 3 === 0 ? 'one' : 'two', records);
          written.push(...records.map((each) => each.message));
          if (batch % 5 === 0) await log.flush();
        }
        const whole = await messages(log, { direction });
        assert.deepEqual(whole.toSorted(), written.toSorted());
        for (const size of [{ limit: 1 }, { limit: 7 }, { maxLength: 11 }]) {
          assert.deepEqual(await pages(log, { direction, ...size }), whole);
        }
      });
    }

    contract('a page begins with its first record however long it is', async ({ store }) => {
      const log = store.log('a');
      log.append('one', [record(1, 'x'.repeat(100)), record(2, 'y')]);
      assert.deepEqual(await messages(log, { maxLength: 10 }), ['x'.repeat(100)]);
    });

    contract('tracks tell creation and span', async ({ store, reopen }) => {
      const log = store.log('a');
      assert.equal(await log.createTrack('empty'), true);
      assert.equal(await log.createTrack('empty'), false);
      log.append('one', [record(7, 'x'), record(3, 'y')]);
      const again = (await reopen()).log('a');
      assert.equal((await again.track('empty'))?.span, undefined);
      const one = await again.track('one');
      assert.equal(one?.span?.firstMs, 3);
      assert.equal(one.span.lastMs, 7);
      assert.equal(await again.track('missing'), undefined);
      assert.deepEqual((await again.tracks()).map((track) => track.name).toSorted(), ['empty', 'one']);
    });

    contract('deleteTrack hides its records for good, and a new track of the name is empty', async ({ store, reopen }) => {
      const log = store.log('a');
      log.append('one', [record(1, 'written')]);
      await log.flush();
      log.append('one', [record(2, 'waiting')]);
      log.append('two', [record(3, 'kept')]);
      assert.equal(await log.deleteTrack('one'), true);
      assert.equal(await log.deleteTrack('one'), false);
      assert.deepEqual(await messages(log), ['kept']);
      log.append('one', [record(4, 'new')]);
      assert.deepEqual(await messages((await reopen()).log('a')), ['kept', 'new']);
    });

    contract('remove deletes a log, and the next record begins it anew', async ({ store, reopen }) => {
      store.log('a').append('one', [record(1, 'x')]);
      store.log('b').append('one', [record(1, 'other')]);
      await store.flush();
      store.log('a').append('one', [record(2, 'waiting')]);
      await store.remove('a');
      await store.remove('never was');
      assert.deepEqual(await messages(store.log('a')), []);
      store.log('a').append('one', [record(3, 'y')]);
      const again = await reopen();
      assert.deepEqual(await messages(again.log('a')), ['y']);
      assert.deepEqual(await messages(again.log('b')), ['other']);
    });

    contract('trimBefore frees what is older, and keeps tracks that never had a record', async ({ store }) => {
      const log = store.log('a');
      await log.createTrack('empty');
      log.append('one', [record(1, 'x'), record(2, 'y')]);
      await log.flush();
      await log.trimBefore(2);
      assert.deepEqual(await messages(log, { fromMs: 2 }), ['y']);
      await log.trimBefore(3);
      assert.deepEqual(await messages(log), []);
      assert.deepEqual(
        (await log.tracks()).map((track) => track.name),
        ['empty'],
      );
      log.append('one', [record(4, 'z')]);
      assert.deepEqual(await messages(log), ['z']);
    });

    contract('stats count what waits', async ({ store }) => {
      store.log('a').append('one', [record(1, '12345')]);
      assert.equal(store.stats().bufferedLength, 5);
      await store.flush();
      assert.equal(store.stats().bufferedLength, 0);
      assert.ok((await store.log('a').storedBytes()) > 0);
    });
  });
}

function record(timeMs: number, message: string): { readonly timeMs: number; readonly message: string } {
  return { timeMs, message };
}

async function messages(log: RecordLog, query: Partial<RecordQuery> = {}): Promise<readonly string[]> {
  return (await log.read({ ...ALL, ...query })).records.map((each) => each.message);
}

async function pages(log: RecordLog, query: Partial<RecordQuery>): Promise<readonly string[]> {
  const found: string[] = [];
  let page = await log.read({ ...ALL, ...query });
  found.push(...page.records.map((each) => each.message));
  while (page.next !== undefined) {
    page = await log.read({ ...ALL, ...query, after: page.next });
    found.push(...page.records.map((each) => each.message));
  }
  return found;
}
