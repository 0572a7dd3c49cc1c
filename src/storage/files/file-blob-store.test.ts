import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';

import { systemIds } from '#base/ids.ts';

import { blobStoreContract, blobTestClock } from '../blob-store-contract.ts';
import { FileBlobStore } from './file-blob-store.ts';

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-blobs-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

blobStoreContract('FileBlobStore', async (t, clock) => new FileBlobStore(join(temporaryDirectory(t), 'blobs'), { clock, ids: systemIds }));

test('FileBlobStore keeps a blob at <aa>/<digest>, for its owner only, and no temporary file', async (t) => {
  const directory = join(temporaryDirectory(t), 'data', 'blobs');
  const store = new FileBlobStore(directory, { clock: blobTestClock(), ids: systemIds });
  const { digest } = await store.put(Buffer.from('content'));
  const folder = join(directory, digest.slice(0, 2));
  assert.equal(readFileSync(join(folder, digest), 'utf8'), 'content');
  assert.equal(statSync(join(folder, digest)).mode & 0o777, 0o600);
  for (const path of [join(directory, '..'), directory, folder, join(directory, 'tmp')]) {
    assert.equal(statSync(path).mode & 0o777, 0o700, path);
  }
  await store.put(Buffer.from('content'));
  await assert.rejects(store.put(Readable.from([Buffer.from('half'), 7])), TypeError);
  assert.deepEqual(readdirSync(join(directory, 'tmp')), []);
});

test('FileBlobStore opens what an earlier process stored', async (t) => {
  const directory = temporaryDirectory(t);
  const options = { clock: blobTestClock(), ids: systemIds };
  const { digest } = await new FileBlobStore(directory, options).put(Buffer.from('content'));
  const store = new FileBlobStore(directory, options);
  assert.equal(await store.size(digest), 7);
  await store.put(Buffer.from('content'));
  assert.equal(await store.sweep(() => false, 0), 1);
});

test('FileBlobStore.sweep clears old leftovers of killed puts, counts none of them, and touches nothing that is not its own', async (t) => {
  const directory = temporaryDirectory(t);
  const clock = blobTestClock();
  const store = new FileBlobStore(directory, { clock, ids: systemIds });
  mkdirSync(join(directory, 'tmp'));
  mkdirSync(join(directory, 'aa'));
  const paths = ['tmp/old', 'tmp/young', 'aa/README', 'note'];
  for (const path of paths) writeFileSync(join(directory, path), '');
  const date = (path: string, ageMs: number): void => {
    const at = new Date(clock.wallMs() - ageMs);
    utimesSync(join(directory, path), at, at);
  };
  date('tmp/old', 1000);
  date('tmp/young', 999);
  date('aa/README', 1000);
  assert.equal(await store.sweep(() => false, 1000), 0);
  assert.deepEqual(readdirSync(join(directory, 'tmp')), ['young']);
  assert.deepEqual(readdirSync(join(directory, 'aa')), ['README']);
});

test('FileBlobStore.sweep leaves a file alone that is being written', async (t) => {
  const directory = temporaryDirectory(t);
  const clock = blobTestClock();
  const store = new FileBlobStore(directory, { clock, ids: systemIds });
  const halfWritten = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const put = store.put(
    Readable.from(
      (async function* () {
        yield Buffer.from('one');
        halfWritten.resolve();
        await goOn.promise;
        yield Buffer.from('two');
      })(),
    ),
  );
  await halfWritten.promise;
  // Older than any file that the real clock dates.
  clock.advance(1e13);
  await store.sweep(() => false, 1000);
  goOn.resolve();
  const { digest } = await put;
  assert.equal(await store.size(digest), 6);
});

test('FileBlobStore.put into a directory that cannot be made fails, releases its stream, and works once it can', async (t) => {
  const parent = temporaryDirectory(t);
  writeFileSync(join(parent, 'file'), '');
  const store = new FileBlobStore(join(parent, 'file', 'blobs'), { clock: blobTestClock(), ids: systemIds });
  const source = Readable.from(['content']);
  await assert.rejects(store.put(source), { code: 'ENOTDIR' });
  assert.equal(source.destroyed, true);
  rmSync(join(parent, 'file'));
  assert.equal((await store.put(Buffer.from('content'))).sizeBytes, 7);
});
