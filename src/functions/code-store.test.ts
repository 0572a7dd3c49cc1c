import assert from 'node:assert/strict';
import { chown, chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { MemoryBlobStore } from '#storage/memory/memory-blob-store.ts';
import { zipArchive } from '../../test/support/zip-archive.ts';
import { CodeStore } from './code-store.ts';
import { layeredDigest } from './function-layers.ts';

/** As the sandbox host does it. */
const share = (folder: string, gid: number): Promise<void> => chown(folder, process.getuid?.() ?? 0, gid);

const IS_ROOT = process.getuid?.() === 0;

interface Bench {
  readonly closing: AbortController;
  readonly folder: string;
  readonly blobs: MemoryBlobStore;
  readonly open: (options?: { readonly groups?: boolean; readonly bootId?: string }) => Promise<CodeStore>;
  readonly store: (text: string) => Promise<string>;
}

async function bench(context: TestContext): Promise<Bench> {
  const data = await mkdtemp(join(tmpdir(), 'hearth-code-'));
  context.after(() => rm(data, { recursive: true, force: true }));
  const folder = join(data, 'code');
  const blobs = new MemoryBlobStore();
  const closing = new AbortController();
  return {
    closing,
    folder,
    blobs,
    open: ({ groups = false, bootId = 'boot-1' } = {}) =>
      CodeStore.open({
        folder,
        blobs,
        ids: systemIds,
        log: silentLogger,
        signal: closing.signal,
        share: groups ? share : undefined,
        bootId,
      }),
    store: async (text) => (await blobs.put(zipArchive([{ name: 'handler.py', content: text }]))).digest,
  };
}

suite('CodeStore', () => {
  test('unpacks a package once for all who ask, into a folder that only the daemon may enter', async (context) => {
    const { open, store } = await bench(context);
    const digest = await store('one');
    const code = await open();
    const [first, second] = await Promise.all([code.ensureUnpacked(digest), code.ensureUnpacked(digest)]);
    assert.equal(first, second);
    assert.equal(await readFile(join(first.path, 'handler.py'), 'utf8'), 'one');
    assert.equal((await stat(dirname(first.path))).mode & 0o7777, 0o700);
    assert.equal((await stat(first.path)).mode & 0o7777, 0o755);
    assert.equal(first.gid, undefined);
  });

  test('lays packages over each other once per order, in a folder of its own', { skip: !IS_ROOT }, async (context) => {
    const { open, store, folder } = await bench(context);
    const [one, two] = [await store('one'), await store('two')];
    const code = await open({ groups: true });
    const [layered, same] = await Promise.all([code.ensureLayered([one, two]), code.ensureLayered([one, two])]);
    assert.equal(layered, same);
    assert.equal(await readFile(join(layered.path, 'handler.py'), 'utf8'), 'two');
    assert.equal(await readFile(join((await code.ensureLayered([two, one])).path, 'handler.py'), 'utf8'), 'one');
    const found = await stat(dirname(layered.path));
    assert.deepEqual([found.mode & 0o7777, found.uid, found.gid], [0o750, 0, layered.gid]);
    const groups = [layered, await code.ensureUnpacked(one), await code.ensureUnpacked(two)];
    assert.equal(new Set(groups.map(({ gid }) => gid)).size, 3);
    assert.deepEqual(await code.ensureLayered([one]), await code.ensureUnpacked(one), 'one alone is itself');
    assert.deepEqual(await (await open({ groups: true })).ensureLayered([one, two]), layered, 'after a restart');
    await code.sweep((digest) => digest === layeredDigest([one, two]));
    assert.deepEqual((await readdir(folder)).toSorted(), ['boot-id', layeredDigest([one, two])].toSorted());
    assert.equal(await readFile(join(layered.path, 'handler.py'), 'utf8'), 'two', 'without the folders it was made of');
  });

  test('gives each folder a group of its own and never two the same', { skip: !IS_ROOT }, async (context) => {
    const { open, store } = await bench(context);
    const [a, b, c] = [await store('a'), await store('b'), await store('c')];
    const code = await open({ groups: true });
    const unpacked = await Promise.all([code.ensureUnpacked(a), code.ensureUnpacked(b)]);
    assert.deepEqual(new Set(unpacked.map((found) => found.gid)), new Set([300_000, 300_001]));
    for (const { path, gid } of unpacked) {
      const found = await stat(dirname(path));
      assert.deepEqual([found.mode & 0o7777, found.uid, found.gid], [0o750, 0, gid]);
    }
    const reopened = await open({ groups: true });
    assert.deepEqual(await reopened.ensureUnpacked(a), unpacked[0]);
    assert.equal((await reopened.ensureUnpacked(c)).gid, 300_002);
  });

  test('keeps complete folders over a restart and removes what was left unfinished', async (context) => {
    const { open, store, folder } = await bench(context);
    const digest = await store('one');
    const before = await (await open()).ensureUnpacked(digest);
    await writeFile(join(before.path, 'marker'), 'still here');
    await mkdir(join(folder, `.${digest}.unfinished`));
    const after = await (await open()).ensureUnpacked(digest);
    assert.equal(await readFile(join(after.path, 'marker'), 'utf8'), 'still here');
    assert.deepEqual((await readdir(folder)).toSorted(), [digest, 'boot-id'].toSorted());
  });

  test('does not trust a folder with another mode', async (context) => {
    const { open, store } = await bench(context);
    const digest = await store('one');
    for (const opened of [(path: string) => path, dirname]) {
      const before = await (await open()).ensureUnpacked(digest);
      await writeFile(join(before.path, 'marker'), '');
      await chmod(opened(before.path), 0o777);
      const after = await (await open()).ensureUnpacked(digest);
      assert.deepEqual(await readdir(after.path), ['handler.py']);
    }
  });

  test('unpacks anew after a reboot of the machine', async (context) => {
    const { open, store } = await bench(context);
    const digest = await store('one');
    const before = await (await open()).ensureUnpacked(digest);
    await writeFile(join(before.path, 'marker'), '');
    const after = await (await open({ bootId: 'boot-2' })).ensureUnpacked(digest);
    assert.deepEqual(await readdir(after.path), ['handler.py']);
  });

  test('leaves nothing behind when a package is bad, and tries again when asked again', async (context) => {
    const { open, blobs, folder } = await bench(context);
    const { digest } = await blobs.put(zipArchive([{ name: 'a', content: 'abc', claimedCrc: 1 }]));
    const code = await open();
    await assert.rejects(code.ensureUnpacked(digest), /Could not unzip/);
    assert.deepEqual(await readdir(folder), ['boot-id']);
    await assert.rejects(code.ensureUnpacked(digest), /Could not unzip/);
    await assert.rejects(code.ensureUnpacked('0'.repeat(64)), /no blob/);
  });

  test('sweep removes folders that nobody claims', async (context) => {
    const { open, store, folder } = await bench(context);
    const [kept, dropped] = [await store('kept'), await store('dropped')];
    const code = await open();
    await Promise.all([code.ensureUnpacked(kept), code.ensureUnpacked(dropped)]);
    assert.equal(await code.sweep((digest) => digest === kept), 1);
    assert.deepEqual((await readdir(folder)).toSorted(), [kept, 'boot-id'].toSorted());
    assert.equal(await readFile(join((await code.ensureUnpacked(dropped)).path, 'handler.py'), 'utf8'), 'dropped');
  });

  test('sweep asks once more before it removes, and leaves what came into use meanwhile', async (context) => {
    const { open, store } = await bench(context);
    const digest = await store('one');
    const code = await open();
    const { path } = await code.ensureUnpacked(digest);
    const answers = [false, true];
    assert.equal(await code.sweep(() => answers.shift() ?? assert.fail('asked too often')), 0);
    assert.deepEqual(await readdir(path), ['handler.py']);
  });

  test('sweep removes what was still being unpacked when it came, and passes over what failed', async (context) => {
    const { open, store, blobs, folder } = await bench(context);
    const bad = (await blobs.put(zipArchive([{ name: 'a', content: 'abc', claimedCrc: 1 }]))).digest;
    const code = await open();
    const [first, second] = [code.ensureUnpacked(await store('one')), code.ensureUnpacked(bad)];
    const swept = code.sweep(() => false);
    await first;
    await assert.rejects(second);
    assert.equal(await swept, 1);
    assert.deepEqual(await readdir(folder), ['boot-id']);
  });

  test('a package may be wanted again while its folder is being removed', async (context) => {
    const { open, store } = await bench(context);
    const digest = await store('one');
    const code = await open();
    await code.ensureUnpacked(digest);
    const [, again] = await Promise.all([code.sweep(() => false), setImmediate().then(() => code.ensureUnpacked(digest))]);
    assert.equal(await readFile(join(again.path, 'handler.py'), 'utf8'), 'one');
  });

  test('a group is free again once its folder is gone', { skip: !IS_ROOT }, async (context) => {
    const { open, store } = await bench(context);
    const code = await open({ groups: true });
    const { gid } = await code.ensureUnpacked(await store('one'));
    await code.sweep(() => false);
    assert.equal((await code.ensureUnpacked(await store('two'))).gid, gid);
  });

  test('packages that wait for their turn when the daemon closes are not unpacked', async (context) => {
    const { open, store, closing, folder } = await bench(context);
    const digests = await Promise.all(['a', 'b', 'c', 'd'].map(store));
    const code = await open();
    const work = digests.map((digest) => code.ensureUnpacked(digest));
    const reason = new Error('closing');
    closing.abort(reason);
    const results = await Promise.allSettled(work);
    assert.deepEqual(
      results.map((result) => (result.status === 'rejected' ? (result.reason as unknown) : result.status)),
      ['fulfilled', 'fulfilled', reason, reason],
    );
    assert.deepEqual((await readdir(folder)).toSorted(), [...digests.slice(0, 2), 'boot-id'].toSorted());
  });

  test('does not follow a link in the place of its folder', async (context) => {
    const { open, folder } = await bench(context);
    const elsewhere = join(folder, '../elsewhere');
    await mkdir(elsewhere, { mode: 0o700 });
    await symlink(elsewhere, folder);
    await assert.rejects(open(), { message: `${folder} is not a folder` });
    assert.equal((await stat(elsewhere)).mode & 0o777, 0o700);
  });
});
