import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Clock } from '#base/clock.ts';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { SegmentStore } from '#storage/segments/segment-store.ts';
import type { LogLine, LogStreamName } from '#telemetry/log-sink.ts';
import { withTags } from './group-tags.ts';
import { DAY_MS, type LogGroupPlace } from './log-group.ts';
import { LogStore } from './log-store.ts';

const PLACE = { accountId: '000000000000', region: 'us-east-1', name: '/aws/lambda/f' };
const STREAM: LogStreamName = { accountId: PLACE.accountId, region: PLACE.region, group: PLACE.name, stream: '2026/11/20/[$LATEST]0' };
const NOW_MS = Date.UTC(2026, 10, 20);

class FakeClock implements Clock {
  now = NOW_MS;
  wallMs(): number {
    return this.now;
  }
  monotonicMs(): number {
    return this.now;
  }
  /** Nothing runs by itself in these tests. */
  schedule(): { cancel(): void } {
    return { cancel() {} };
  }
}

interface Harness {
  readonly directory: string;
  readonly documents: MemoryDocumentStore;
  readonly clock: FakeClock;
  readonly store: LogStore;
  readonly reopen: () => Promise<LogStore>;
}

async function withStore(body: (harness: Harness) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'logs-'));
  const documents = new MemoryDocumentStore();
  const clock = new FakeClock();
  const openStore = (): Promise<LogStore> => {
    const records = new SegmentStore({ directory, budgetBytes: 1024 ** 3, clock, logger: silentLogger });
    return LogStore.open({ documents, records, clock, ids: systemIds, logger: silentLogger });
  };
  let store = await openStore();
  const reopen = async (): Promise<LogStore> => {
    await store.close();
    store = await openStore();
    return store;
  };
  try {
    await body({ directory, documents, clock, store, reopen });
  } finally {
    await store.close();
    await rm(directory, { recursive: true });
  }
}

test('LogStore.append creates group and stream, seen at once and after a restart', async () => {
  await withStore(async ({ store, reopen }) => {
    store.append(STREAM, [platform('START\n'), output('hello\n')]);
    assert.deepEqual(await messages(store), ['START\n', 'hello\n']);
    const group = store.groups.find(PLACE);
    const again = await reopen();
    assert.deepEqual(await messages(again), ['START\n', 'hello\n']);
    assert.deepEqual(again.groups.find(PLACE), group);
  });
});

test('LogStore.append drops output beyond the bound of a stream, tells how much, and never drops platform lines', async () => {
  await withStore(async ({ store }) => {
    const line = output(`${'x'.repeat(1024 * 1024)}\n`);
    for (let n = 0; n < 12; n++) store.append(STREAM, [platform(`START ${n}\n`), line, platform(`END ${n}\n`)]);
    assert.equal(store.stats().droppedLines, 4);
    store.append({ ...STREAM, stream: 'other' }, [line]);
    assert.equal(store.stats().droppedLines, 4);
    await store.flush();
    store.append(STREAM, [platform('START 12\n')]);
    const found = await messages(store);
    assert.equal(found.filter((message) => message.startsWith('START')).length, 13);
    assert.equal(found.filter((message) => message.startsWith('END')).length, 12);
    assert.equal(found.filter((message) => message.startsWith('x')).length, 8);
    const told = found.filter((message) => message.includes('platform.logsDropped')).map((message) => JSON.parse(message) as unknown);
    const record = { reason: 'The log buffer was full.', droppedRecords: 4, droppedBytes: 4 * (1024 * 1024 + 1) };
    assert.deepEqual(told, [{ time: new Date(NOW_MS).toISOString(), type: 'platform.logsDropped', record }]);
  });
});

test('LogStore.append drops output beyond the bound of all streams together', async () => {
  await withStore(async ({ store }) => {
    const line = output(`${'x'.repeat(1024 * 1024)}\n`);
    for (let n = 0; n < 40; n++) store.append({ ...STREAM, stream: String(n) }, [line]);
    assert.equal(store.stats().droppedLines, 8);
    assert.ok(store.stats().bufferedLength < 34 * 1024 * 1024);
  });
});

test('LogStore.deleteGroup leaves nothing, and an environment that goes on writing begins a new group', async () => {
  await withStore(async ({ store, directory, documents, reopen }) => {
    store.append(STREAM, [output('old\n')]);
    await store.flush();
    const old = store.groups.find(PLACE);
    const deletion = store.deleteGroup(PLACE);
    store.append(STREAM, [output('new\n')]);
    assert.equal(await deletion, true);
    assert.deepEqual(await messages(store), ['new\n']);
    await store.flush();
    assert.notEqual(store.groups.find(PLACE)?.id, old?.id);
    assert.deepEqual(await readdir(directory), [store.groups.find(PLACE)?.id]);
    assert.deepEqual(await messages(await reopen()), ['new\n']);
    assert.equal((await documents.list('log-groups/', { limit: 10 })).length, 1);
  });
});

test('LogStore.deleteGroup is false for a group that is not there', async () => {
  await withStore(async ({ store }) => {
    assert.equal(await store.deleteGroup(PLACE), false);
  });
});

test('LogStore removes record logs that belong to no group', async () => {
  await withStore(async ({ store, documents, directory, reopen }) => {
    store.append(STREAM, [output('x\n')]);
    store.append({ ...STREAM, group: 'kept' }, [output('y\n')]);
    await store.flush();
    const gone = (await documents.list('log-groups/', { limit: 10 })).find((document) => document.key.includes('lambda'));
    await documents.delete(gone?.key ?? '', gone?.revision ?? 0);
    const again = await reopen();
    // Closing waits for the tidying that opening began.
    await again.close();
    assert.deepEqual(await readdir(directory), [again.groups.find({ ...PLACE, name: 'kept' })?.id]);
  });
});

test('LogStore.maintain frees what retention lets expire', async () => {
  await withStore(async ({ store, clock, directory }) => {
    store.append(STREAM, [output('old\n')]);
    await store.flush();
    const { id = '' } = (await store.groups.change(PLACE, (group) => ({ ...group, retentionDays: 1 }))) ?? {};
    await store.maintain();
    assert.equal((await readdir(join(directory, id))).length, 1);
    clock.now += DAY_MS + 1;
    await store.maintain();
    assert.deepEqual(await readdir(join(directory, id)), []);
    assert.deepEqual(await messages(store), []);
  });
});

test('LogGroups.change applies changes one after the other, also to a group that is not stored yet', async () => {
  await withStore(async ({ store, reopen }) => {
    store.groups.ensure(PLACE);
    const tag = (key: string): Promise<unknown> => store.groups.change(PLACE, (group) => withTags(group, { [key]: '1' }));
    await Promise.all([tag('a'), tag('b'), tag('c')]);
    assert.deepEqual((await reopen()).groups.find(PLACE)?.tags, { a: '1', b: '1', c: '1' });
  });
});

test('LogGroups stores names that are too long for a key', async () => {
  await withStore(async ({ store, reopen }) => {
    const place = (end: string): LogGroupPlace => ({ ...PLACE, name: '/'.repeat(511) + end });
    for (const end of ['a', 'b']) assert.notEqual(await store.groups.create(place(end)), undefined);
    const again = await reopen();
    for (const end of ['a', 'b']) assert.equal(again.groups.find(place(end))?.name, place(end).name);
  });
});

function platform(message: string): LogLine {
  return { timeMs: NOW_MS, message, origin: 'platform' };
}

function output(message: string): LogLine {
  return { timeMs: NOW_MS, message, origin: 'function' };
}

async function messages(store: LogStore): Promise<readonly string[]> {
  const group = store.groups.find(PLACE);
  if (group === undefined) return [];
  const query = { fromMs: 0, untilMs: Infinity, direction: 'forward', limit: 1000, maxLength: 100_000_000 } as const;
  return (await store.log(group).read({ ...query, tracks: [STREAM.stream] })).records.map((record) => record.message);
}
