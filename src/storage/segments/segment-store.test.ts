import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock, type Clock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { recordLogContract } from '#storage/record-log-contract.ts';
import type { RecordLog, RecordQuery } from '#storage/record-log.ts';
import { SegmentStore } from './segment-store.ts';

const ALL: RecordQuery = { fromMs: 0, untilMs: Infinity, direction: 'forward', limit: 10_000, maxLength: 10_000_000 };
const GIB = 1024 ** 3;

recordLogContract('segments', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'segments-'));
  let store = open(directory);
  return {
    store,
    async reopen() {
      await store.close();
      store = open(directory);
      return store;
    },
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

test('SegmentStore cuts a torn end off, and goes on after it', async () => {
  await withStore(async (directory, store) => {
    const log = store.log('a');
    log.append('one', [line(1, 'first')]);
    await log.flush();
    log.append('one', [line(2, 'second')]);
    await store.close();
    const [file] = await readdir(join(directory, 'a'));
    const path = join(directory, 'a', file ?? '');
    const whole = await readFile(path);
    for (let cut = 1; cut < 60; cut += 7) {
      await writeFile(path, whole);
      await truncate(path, whole.length - cut);
      const again = open(directory);
      assert.deepEqual(await messages(again.log('a')), ['first']);
      again.log('a').append('one', [line(3, 'third')]);
      await again.close();
      const third = open(directory);
      assert.deepEqual(await messages(third.log('a')), ['first', 'third']);
      await third.close();
    }
  });
});

test('SegmentStore takes a frame with a wrong checksum, and what follows it, for a torn end', async () => {
  await withStore(async (directory, store) => {
    store.log('a').append('one', [line(1, 'first')]);
    await store.flush();
    store.log('a').append('one', [line(2, 'second')]);
    await store.close();
    const [file] = await readdir(join(directory, 'a'));
    const path = join(directory, 'a', file ?? '');
    const bytes = await readFile(path);
    const at = bytes.indexOf('second');
    bytes[at] = 0x53;
    await writeFile(path, bytes);
    await appendFile(path, Buffer.alloc(40));
    const again = open(directory);
    assert.deepEqual(await messages(again.log('a')), ['first']);
    await again.close();
  });
});

test('SegmentStore seals full segments, compressed, and reads over both kinds', async () => {
  await withStore(async (directory, store) => {
    const log = store.log('a');
    const total = 30;
    for (let n = 0; n < total; n++) {
      log.append('one', [line(n, `${n} ${'x'.repeat(1_000_000)}`)]);
      if (n % 4 === 3) await log.flush();
    }
    await store.flush();
    const files = await readdir(join(directory, 'a'));
    assert.ok(files.filter((file) => file.endsWith('.seg')).length >= 2, files.join());
    assert.equal(files.filter((file) => file.endsWith('.log')).length, 1);
    assert.ok((await log.storedBytes()) < 12_000_000);
    const expected = Array.from({ length: total }, (_, n) => n);
    assert.deepEqual(await numbers(log), expected);
    await store.close();
    const again = open(directory);
    assert.deepEqual(await numbers(again.log('a')), expected);
    assert.deepEqual((await again.log('a').track('one'))?.span?.lastMs, total - 1);
    await again.close();
  });
});

test('SegmentStore finishes a sealing that was killed before the raw file was removed', async () => {
  await withStore(async (directory, store) => {
    const log = store.log('a');
    for (let n = 0; n < 12; n++) log.append('one', [line(n, `${n} ${'x'.repeat(1_000_000)}`)]);
    await store.close();
    const sealed = (await readdir(join(directory, 'a'))).find((file) => file.endsWith('.seg')) ?? '';
    await writeFile(join(directory, 'a', sealed.replace('.seg', '.log')), 'half removed');
    await writeFile(join(directory, 'a', sealed.replace('.seg', '.tmp')), 'half sealed');
    const again = open(directory);
    assert.deepEqual(
      await numbers(again.log('a')),
      Array.from({ length: 12 }, (_, n) => n),
    );
    await again.close();
  });
});

test('SegmentStore sets a damaged sealed segment aside and reads the rest', async () => {
  await withStore(async (directory, store) => {
    const log = store.log('a');
    for (let n = 0; n < 12; n++) log.append('one', [line(n, `${n} ${'x'.repeat(1_000_000)}`)]);
    await store.flush();
    log.append('one', [line(99, '99')]);
    await store.close();
    const sealed = (await readdir(join(directory, 'a'))).find((file) => file.endsWith('.seg')) ?? '';
    const path = join(directory, 'a', sealed);
    await truncate(path, (await readFile(path)).length - 3);
    const again = open(directory);
    const rest = await numbers(again.log('a'));
    assert.equal(rest.at(-1), 99);
    assert.ok((await readdir(join(directory, 'a'))).includes(`${sealed}.damaged`));
    await again.close();
  });
});

test('SegmentStore.maintain keeps the budget: oldest segments first, over all logs', async () => {
  const clock = new ManualClock();
  await withStore(
    async (_directory, store) => {
      for (const id of ['old', 'new']) {
        // Hardly compressible, so that the sizes are known: seven megabytes sealed, one growing.
        for (let n = 0; n < 10; n++) store.log(id).append('one', [line(n, `${n} ${randomBytes(700_000).toString('base64')}`)]);
        await store.flush();
        clock.now += 1000;
      }
      store.log('new').append('one', [line(50, '50')]);
      await store.flush();
      await store.maintain();
      assert.deepEqual(await numbers(store.log('old')), [9]);
      assert.deepEqual(await numbers(store.log('new')), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 50]);
      assert.ok(store.stats().storedBytes <= 10_000_000);
    },
    { clock, budgetBytes: 10_000_000 },
  );
});

test('SegmentStore writes half a second after the first append, unasked', async () => {
  const clock = new ManualClock();
  await withStore(
    async (_directory, store) => {
      store.log('a').append('one', [line(1, 'x')]);
      clock.advance(499);
      await drained(store);
      assert.equal(store.stats().bufferedLength, 1);
      clock.advance(1);
      await drained(store);
      assert.equal(store.stats().bufferedLength, 0);
    },
    { clock },
  );
});

test('SegmentStore keeps records, in order, while the disk refuses them', async () => {
  await withStore(async (directory, store) => {
    await writeFile(join(directory, 'a'), 'a file where a folder should be');
    store.log('a').append('one', [line(1, 'x')]);
    await assert.rejects(store.flush());
    store.log('a').append('one', [line(2, 'y')]);
    assert.equal(store.stats().bufferedLength, 2);
    await rm(join(directory, 'a'));
    await store.flush();
    assert.deepEqual(await messages(store.log('a')), ['x', 'y']);
    assert.equal(store.stats().bufferedLength, 0);
  });
});

test('SegmentStore gives up the oldest records, and counts them, when the disk refuses for too long', async () => {
  await withStore(async (directory, store) => {
    await writeFile(join(directory, 'a'), 'a file where a folder should be');
    const large = 'x'.repeat(1024 * 1024);
    // Together the first ones are within the bound of 128 MB, of which a failure beyond it leaves half.
    for (let n = 0; n < 130; n++) store.log('a').append('one', [line(n, large)]);
    await drained(store);
    assert.equal(store.stats().bufferedLength, 64 * 1024 * 1024);
    assert.equal(store.stats().lostRecords, 66);
    await rm(join(directory, 'a'));
    await store.flush();
    assert.equal((await store.log('a').read({ ...ALL, limit: 1 })).records[0]?.timeMs, 66);
  });
});

test('SegmentLog forgets its oldest segment when it has too many tracks', async () => {
  await withStore(async (directory, store) => {
    const log = store.log('a');
    for (let n = 0; n < 100_001; n++) log.append(`track ${n}`, [line(n, 'x'.repeat(20))]);
    await log.flush();
    const names = (await log.tracks()).map((track) => track.name);
    assert.ok(names.length < 100_000, String(names.length));
    assert.ok(names.includes('track 100000') && !names.includes('track 0'));
    assert.equal((await readdir(join(directory, 'a'))).length, 1);
  });
});

test('SegmentLog goes on in a new file when someone removes its own', async () => {
  await withStore(async (directory, store) => {
    const log = store.log('a');
    log.append('one', [line(1, 'x')]);
    await log.flush();
    await rm(join(directory, 'a'), { recursive: true });
    log.append('one', [line(2, 'y')]);
    await log.flush();
    assert.deepEqual(await messages(log), ['y']);
  });
});

test('SegmentLog numbers its records upwards when the wall clock went back', async () => {
  const clock = new ManualClock();
  await withStore(
    async (directory, store) => {
      store.log('a').append('one', [line(1, 'x'), line(1, 'y')]);
      await store.close();
      clock.now -= 3_600_000;
      const again = open(directory, { clock });
      again.log('a').append('one', [line(1, 'z')]);
      assert.deepEqual(await messages(again.log('a')), ['x', 'y', 'z']);
      await again.close();
    },
    { clock },
  );
});

test('SegmentStore.maintain lets go of what was not used for ten minutes, and reads it again at need', async () => {
  const clock = new ManualClock();
  await withStore(
    async (directory, store) => {
      store.log('a').append('one', [line(1, 'x')]);
      await store.flush();
      clock.now += 600_000;
      await store.maintain();
      const [file] = await readdir(join(directory, 'a'));
      // Only a log that was let go sees what its file became meanwhile.
      await truncate(join(directory, 'a', file ?? ''), 0);
      assert.deepEqual(await messages(store.log('a')), []);
    },
    { clock },
  );
});

test('reads stay whole while segments are sealed under them', async () => {
  await withStore(async (_directory, store) => {
    const log = store.log('a');
    let appended = 0;
    for (let round = 0; round < 8; round++) {
      for (let n = 0; n < 3; n++) log.append('one', [line(appended, `${appended++} ${'x'.repeat(900_000)}`)]);
      const seen = appended;
      const [found] = await Promise.all([numbers(log), log.flush()]);
      assert.equal(found.length, seen);
    }
  });
});

class ManualClock implements Clock {
  now = 1_790_000_000_000;
  #timers: { readonly atMs: number; readonly callback: () => void }[] = [];

  wallMs(): number {
    return this.now;
  }

  monotonicMs(): number {
    return this.now;
  }

  schedule(delayMs: number, callback: () => void): { cancel(): void } {
    const timer = { atMs: this.now + delayMs, callback };
    this.#timers.push(timer);
    return { cancel: () => (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  advance(milliseconds: number): void {
    this.now += milliseconds;
    const due = this.#timers.filter((timer) => timer.atMs <= this.now);
    this.#timers = this.#timers.filter((timer) => timer.atMs > this.now);
    for (const timer of due) timer.callback();
  }
}

/** Waits for the tasks that the store has begun: `stats` of a log's files come after them. */
async function drained(store: SegmentStore): Promise<void> {
  await store.log('other').trimBefore(0);
}

function open(directory: string, options: { readonly clock?: Clock; readonly budgetBytes?: number } = {}): SegmentStore {
  return new SegmentStore({
    directory,
    budgetBytes: options.budgetBytes ?? GIB,
    clock: options.clock ?? systemClock,
    logger: silentLogger,
  });
}

async function withStore(
  body: (directory: string, store: SegmentStore) => Promise<void>,
  options: { readonly clock?: Clock; readonly budgetBytes?: number } = {},
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'segments-'));
  const store = open(directory, options);
  try {
    await body(directory, store);
  } finally {
    await store.close();
    await rm(directory, { recursive: true });
  }
}

function line(timeMs: number, message: string): { readonly timeMs: number; readonly message: string } {
  return { timeMs, message };
}

async function messages(log: RecordLog): Promise<readonly string[]> {
  return (await log.read(ALL)).records.map((record) => record.message);
}

/** The numbers that messages begin with, over all pages. */
async function numbers(log: RecordLog): Promise<readonly number[]> {
  const found: number[] = [];
  let page = await log.read({ ...ALL, limit: 4 });
  found.push(...page.records.map((record) => Number.parseInt(record.message, 10)));
  while (page.next !== undefined) {
    page = await log.read({ ...ALL, limit: 4, after: page.next });
    found.push(...page.records.map((record) => Number.parseInt(record.message, 10)));
  }
  return found;
}
