import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { systemClock } from '#base/clock.ts';

import { documentStoreContract, type ClosableDocumentStore } from '../document-store-contract.ts';
import { StoreUnavailable, VALUE_MAX_BYTES } from '../document-limits.ts';
import { openSqliteDocumentStore } from './sqlite-document-store.ts';

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-documents-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function openAt(t: TestContext, path: string): Promise<ClosableDocumentStore> {
  const store = await openSqliteDocumentStore({ path, clock: systemClock });
  t.after(() => store.close());
  return store;
}

/** Overwrites, with a key `<writer>`, numbers without end; a line per acknowledged write. Runs until it is killed. */
async function writeUntilKilled(path: string): Promise<void> {
  const store = await openSqliteDocumentStore({ path, clock: systemClock });
  const write = async (writer: number): Promise<void> => {
    const key = `writer/${writer}`;
    for (let { value, revision } = (await store.get<number>(key)) ?? { value: 0, revision: 0 }; ;) {
      ({ value, revision } = await store.put(key, value + 1, revision));
      // Straight to the pipe: an acknowledgement in this process's memory would die with it.
      writeSync(1, `${JSON.stringify({ key, value, revision })}\n`);
    }
  };
  await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(write));
}

const childPath = process.argv[2];
if (childPath === undefined) registerTests();
else await writeUntilKilled(childPath);

function registerTests(): void {
  documentStoreContract('openSqliteDocumentStore', (t) => openAt(t, join(temporaryDirectory(t), 'documents.db')));

  describe('openSqliteDocumentStore: durability', () => {
    test('a reopened store has every document, and goes on with the revisions where it was', async (t) => {
      const path = join(temporaryDirectory(t), 'documents.db');
      const first = await openAt(t, path);
      const kept = await first.put('kept', { n: 1 }, 0);
      const gone = await first.put('gone', { n: 2 }, 0);
      await first.delete('gone', gone.revision);
      await first.close();

      const second = await openAt(t, path);
      assert.deepEqual(await second.list('', { limit: 10 }), [kept]);
      // The deletion was the newest change: its revision must not be given again.
      assert.equal((await second.put('new', 1, 0)).revision, gone.revision + 2);
    });

    test('kill -9 in the middle of writes loses no acknowledged one', { timeout: 60_000 }, async (t) => {
      const path = join(temporaryDirectory(t), 'documents.db');
      for (let round = 1; round <= 3; round += 1) {
        const child = spawn(process.execPath, [fileURLToPath(import.meta.url), path], { stdio: ['ignore', 'pipe', 'inherit'] });
        t.after(() => child.kill('SIGKILL'));
        const exited = once(child, 'exit');
        const acknowledged = new Map<string, { readonly value: number; readonly revision: number }>();
        let count = 0;
        for await (const line of createInterface({ input: child.stdout })) {
          const { key, ...write } = JSON.parse(line) as { key: string; value: number; revision: number };
          acknowledged.set(key, write);
          count += 1;
          if (count === 400) child.kill('SIGKILL');
        }
        assert.deepEqual(await exited, [null, 'SIGKILL']);
        assert.ok(count >= 400);

        const store = await openSqliteDocumentStore({ path, clock: systemClock });
        for (const [key, { value, revision }] of acknowledged) {
          const found = await store.get<number>(key);
          assert.ok(found !== undefined && found.value >= value && found.revision >= revision, `${key} lost write ${value}`);
          // At most the one write whose acknowledgement was under way.
          assert.ok(found.value <= value + 1);
        }
        await store.close();
      }
    });
  });

  describe('openSqliteDocumentStore: opening', () => {
    test('makes the folder and the file for their owner only', async (t) => {
      const directory = join(temporaryDirectory(t), 'deep', 'data');
      const store = await openAt(t, join(directory, 'documents.db'));
      await store.put('secret', 1, 0);
      assert.equal(statSync(directory).mode & 0o777, 0o700);
      assert.equal(statSync(join(directory, 'documents.db')).mode & 0o777, 0o600);
      assert.equal(statSync(join(directory, 'documents.db-wal')).mode & 0o777, 0o600);
    });

    test('refuses a file that another store has open, until that one is closed', async (t) => {
      const path = join(temporaryDirectory(t), 'documents.db');
      const first = await openAt(t, path);
      const inUse = new StoreUnavailable(`cannot open the document store ${path}: it is in use by another process`);
      for (const _ of [1, 2]) {
        await assert.rejects(openSqliteDocumentStore({ path, clock: systemClock }), { name: inUse.name, message: inUse.message });
      }
      await first.put('a', 1, 0);
      await first.close();
      const second = await openAt(t, path);
      assert.equal((await second.get('a'))?.value, 1);
    });

    test('refuses a file that is no database, with its path', async (t) => {
      const path = join(temporaryDirectory(t), 'documents.db');
      writeFileSync(path, 'this is not a database, and long enough to hold a header of one: '.repeat(40));
      await assert.rejects(openSqliteDocumentStore({ path, clock: systemClock }), {
        name: 'StoreUnavailable',
        message: `cannot open the document store ${path}: file is not a database`,
      });
    });

    test('refuses a folder that cannot be made', async (t) => {
      const file = join(temporaryDirectory(t), 'file');
      writeFileSync(file, '');
      await assert.rejects(openSqliteDocumentStore({ path: join(file, 'data', 'documents.db'), clock: systemClock }), { code: 'ENOTDIR' });
    });
  });

  describe('openSqliteDocumentStore: overload and failure', () => {
    test('refuses requests past the bound of what may wait, and recovers', async (t) => {
      const store = await openAt(t, join(temporaryDirectory(t), 'documents.db'));
      const value = 'x'.repeat(VALUE_MAX_BYTES - 2);
      const results = await Promise.allSettled(Array.from({ length: 150 }, (_, index) => store.put(`k/${index}`, value, 0)));
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      assert.ok(refused.length > 0 && refused.length < 50);
      for (const reason of refused) assert.ok(reason instanceof StoreUnavailable && /too many requests/.test(reason.message));
      assert.equal((await store.list('k/', { limit: 1 })).length, 1);
      await store.put('after', value, 0);
    });

    test('a store that is closed has not failed', async (t) => {
      const store = await openSqliteDocumentStore({ path: join(temporaryDirectory(t), 'documents.db'), clock: systemClock });
      await store.close();
      assert.equal(await Promise.race([store.failed, setImmediate('closed')]), 'closed');
    });

    test(
      'a damaged file ends the store, which says so: everything fails from then on, and close still ends',
      { timeout: 60_000 },
      async (t) => {
        const path = join(temporaryDirectory(t), 'documents.db');
        const first = await openAt(t, path);
        for (let index = 0; index < 200; index += 1) await first.put(`k/${index}`, 'x'.repeat(1000), 0);
        await first.close();
        const store = await openSqliteDocumentStore({ path, clock: systemClock });
        t.after(() => store.close());
        const file = openSync(path, 'r+');
        writeSync(file, Buffer.alloc(statSync(path).size - 8192, 0xff), 0, undefined, 8192);
        closeSync(file);
        await assert.rejects(store.list('', { limit: 1000 }), StoreUnavailable);
        await assert.rejects(store.get('k/1'), StoreUnavailable);
        await assert.rejects(store.put('new', 1, 0), StoreUnavailable);
        assert.match(String(await store.failed), /^StoreUnavailable: database disk image is malformed/);
        await store.close();
      },
    );
  });
}
