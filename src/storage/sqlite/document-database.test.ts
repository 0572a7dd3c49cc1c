import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';

import { DocumentDatabase, OutOfSpace } from './document-database.ts';
import { openDatabase } from './open-database.ts';
import type { WorkerSettings } from './protocol.ts';
import { migrate } from './schema.ts';
import { StorageWorker } from './storage-worker.ts';

function settingsFor(t: TestContext, maxPages = 10_000): WorkerSettings {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-documents-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return { path: join(directory, 'documents.db'), openedAtMs: 1_700_000_000_000, maxPages };
}

const large = JSON.stringify('x'.repeat(20_000));

test('openDatabase makes every commit durable and keeps the file to itself', (t) => {
  const database = openDatabase(settingsFor(t));
  t.after(() => database.close());
  const pragma = (name: string): unknown => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  assert.equal(pragma('journal_mode'), 'wal');
  assert.equal(pragma('synchronous'), 2, 'FULL');
  assert.equal(pragma('locking_mode'), 'exclusive');
});

test('openDatabase dates the schema versions, and applies none twice', (t) => {
  const settings = settingsFor(t);
  openDatabase(settings).close();
  const database = openDatabase({ ...settings, openedAtMs: settings.openedAtMs + 1 });
  t.after(() => database.close());
  const versions = database.prepare('SELECT version, applied_at_ms FROM schema_version').all();
  assert.deepEqual(
    versions.map((row) => Object.values(row)),
    [[1, settings.openedAtMs]],
  );
});

test('openDatabase refuses a schema of a newer release and leaves it untouched', (t) => {
  const settings = settingsFor(t);
  const newer = openDatabase(settings);
  newer.exec('INSERT INTO schema_version VALUES (7, 1)');
  newer.close();
  assert.throws(() => openDatabase(settings), {
    message: `cannot open the document store ${settings.path}: its schema version is 7, this release knows 1: it was written by a newer release`,
  });
});

test('migrate applies what is missing, or nothing of it when one step fails', () => {
  const database = new DatabaseSync(':memory:');
  const tables = (): unknown[] =>
    database
      .prepare("SELECT name FROM sqlite_schema WHERE name LIKE 't_'")
      .all()
      .map((row) => row['name']);
  migrate(database, 1, ['CREATE TABLE t1 (a) ']);
  assert.throws(() => migrate(database, 2, ['CREATE TABLE t1 (a)', 'CREATE TABLE t2 (a)', 'CREATE TABEL t3 (a)']), /syntax error/);
  assert.deepEqual(tables(), ['t1']);
  migrate(database, 3, ['CREATE TABLE t1 (a)', 'CREATE TABLE t2 (a)', 'CREATE TABLE t3 (a)']);
  assert.deepEqual(tables(), ['t1', 't2', 't3']);
  database.close();
});

test('DocumentDatabase.commit gives each write its own outcome in one transaction', (t) => {
  const database = new DocumentDatabase(settingsFor(t));
  t.after(() => database.close());
  const revisions = database.commit([
    { kind: 'put', key: 'a', json: '1', expected: 0 },
    { kind: 'put', key: 'a', json: '2', expected: 0 },
    { kind: 'put', key: 'a', json: '3', expected: 1 },
    { kind: 'delete', key: 'b', expected: 1 },
    { kind: 'delete', key: 'a', expected: 2 },
    { kind: 'put', key: 'a', json: '4', expected: 0 },
  ]);
  assert.deepEqual(revisions, [1, undefined, 2, undefined, 3, 4]);
  assert.equal(database.revision, 4);
  assert.deepEqual(database.get('a'), { key: 'a', json: '4', revision: 4 });
});

test('DocumentDatabase.commit on a full disk takes back the whole batch, and goes on when there is room', (t) => {
  const database = new DocumentDatabase(settingsFor(t, 40));
  t.after(() => database.close());
  database.commit([{ kind: 'put', key: 'before', json: large, expected: 0 }]);
  const tooMuch = Array.from({ length: 10 }, (_, index) => ({ kind: 'put' as const, key: `k${index}`, json: large, expected: 0 }));
  assert.throws(() => database.commit(tooMuch), OutOfSpace);
  assert.equal(database.revision, 1);
  assert.deepEqual(
    [...database.list('', '', 100)].map(({ key }) => key),
    ['before'],
  );
  assert.deepEqual(
    database.commit([
      { kind: 'delete', key: 'before', expected: 1 },
      { kind: 'put', key: 'after', json: large, expected: 0 },
    ]),
    [2, 3],
  );
});

test('StorageWorker refuses the writes of a batch that found the disk full, announces none, and takes later ones', async (t) => {
  const announced: string[] = [];
  const worker = new StorageWorker(settingsFor(t, 40), ({ key }) => announced.push(key));
  t.after(() => worker.close());
  await worker.opened;
  const writes = Array.from({ length: 10 }, (_, index) => worker.write({ kind: 'put', key: `k${index}`, json: large, expected: 0 }));
  const results = await Promise.allSettled(writes);
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  assert.ok(refused.length > 0);
  for (const { name, message } of refused) {
    assert.deepEqual({ name, message }, { name: 'StoreUnavailable', message: 'the disk of the document store is full' });
  }
  assert.equal(announced.length, 10 - refused.length);
  await worker.write({ kind: 'put', key: 'small', json: '1', expected: 0 });
  assert.equal(announced.at(-1), 'small');
});
