import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { zipArchive, type ZipArchiveEntry } from '../../test/support/zip-archive.ts';
import { unpack } from './unpack.ts';
import { readZipDirectory, ZipRejected } from './zip-directory.ts';

async function emptyFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-unpack-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const LINK = 0o120777;

suite('unpack', () => {
  test('writes nested files with their bytes, and directories that are listed or implied', async (context) => {
    const folder = await emptyFolder(context);
    const large = Buffer.alloc(3 * 1024 * 1024, 'hearth');
    await unpack(
      zipArchive([
        { name: 'a/', mode: 0o040700 },
        { name: 'a/b/c.txt', content: 'deep' },
        { name: './index.js', content: 'exports.handler = 1', method: 0 },
        { name: 'large.bin', content: large },
        { name: 'large-stored.bin', content: large, method: 0 },
        { name: 'empty.txt' },
      ]),
      folder,
    );
    assert.equal(await readFile(join(folder, 'a/b/c.txt'), 'utf8'), 'deep');
    assert.equal(await readFile(join(folder, 'index.js'), 'utf8'), 'exports.handler = 1');
    assert.equal(await readFile(join(folder, 'empty.txt'), 'utf8'), '');
    assert.deepEqual(await readFile(join(folder, 'large.bin')), large);
    assert.deepEqual(await readFile(join(folder, 'large-stored.bin')), large);
    assert.equal((await stat(join(folder, 'a'))).mode & 0o7777, 0o755);
  });

  test('keeps execute bits, makes every file readable, and drops set-uid bits', async (context) => {
    const folder = await emptyFolder(context);
    await unpack(
      zipArchive([
        { name: 'bootstrap', mode: 0o100700 },
        { name: 'private.py', mode: 0o100600 },
        { name: 'setuid', mode: 0o104755 },
        { name: 'dos.txt', mode: 0, madeOn: 0 },
      ]),
      folder,
    );
    const modes = await Promise.all(['bootstrap', 'private.py', 'setuid', 'dos.txt'].map((name) => stat(join(folder, name))));
    assert.deepEqual(
      modes.map((found) => found.mode & 0o7777),
      [0o755, 0o644, 0o755, 0o644],
    );
  });

  test('makes links that stay inside', async (context) => {
    const folder = await emptyFolder(context);
    await unpack(
      zipArchive([
        { name: 'node_modules/.bin/tool', content: '../tool/cli.js', mode: LINK },
        { name: 'node_modules/tool/cli.js', content: 'cli' },
      ]),
      folder,
    );
    assert.equal(await readlink(join(folder, 'node_modules/.bin/tool')), '../tool/cli.js');
    assert.equal(await readFile(join(folder, 'node_modules/.bin/tool'), 'utf8'), 'cli');
  });

  const escapes: readonly (readonly [string, string])[] = [
    ['/etc/passwd', 'link'],
    ['../outside', 'link'],
    ['../../outside', 'folder/link'],
    ['here/../../outside', 'folder/link'],
    ['', 'link'],
  ];
  for (const [target, name] of escapes) {
    test(`refuses a link ${name} to "${target}"`, async (context) => {
      const folder = await emptyFolder(context);
      await assert.rejects(unpack(zipArchive([{ name, content: target, mode: LINK }]), folder), /Could not unzip uploaded file/);
      assert.deepEqual(
        (await readdir(folder, { recursive: true })).filter((found) => found.endsWith('link')),
        [],
      );
    });
  }

  test('refuses to write below a link', async (context) => {
    const folder = await emptyFolder(context);
    const archive = zipArchive([
      { name: 'd', content: '.', mode: LINK },
      { name: 'd/file', content: 'x' },
    ]);
    await assert.rejects(unpack(archive, folder), ZipRejected);
    assert.deepEqual(await readdir(folder), []);
  });

  test('stops a file that inflates to more than the directory says', async (context) => {
    const small = await emptyFolder(context);
    const lie = { name: 'bomb', content: Buffer.alloc(8 * 1024 * 1024), claimedSize: 10 };
    await assert.rejects(unpack(zipArchive([lie]), small), ZipRejected);
    assert.deepEqual(await readdir(small), []);

    const streamed = await emptyFolder(context);
    await assert.rejects(unpack(zipArchive([{ ...lie, claimedSize: 3 * 1024 * 1024 }]), streamed), ZipRejected);
    assert.ok((await stat(join(streamed, 'bomb'))).size <= 3 * 1024 * 1024);
  });

  test('refuses a wrong checksum', async (context) => {
    const folder = await emptyFolder(context);
    await assert.rejects(unpack(zipArchive([{ name: 'a', content: 'abc', claimedCrc: 1 }]), folder), ZipRejected);
  });

  test('refuses broken compressed data, small and large', async (context) => {
    const folder = await emptyFolder(context);
    for (const content of ['abc', Buffer.alloc(3 * 1024 * 1024, 7)]) {
      const archive = zipArchive([{ name: 'a', content }]);
      archive.fill(0xff, 31, 40);
      await assert.rejects(unpack(archive, folder), ZipRejected);
      await rm(join(folder, 'a'), { force: true });
    }
  });
});

suite('readZipDirectory', () => {
  const refused: readonly (readonly [string, readonly ZipArchiveEntry[]])[] = [
    ['a path that leads out', [{ name: '../evil' }]],
    ['a path that leads out later', [{ name: 'a/../../evil' }]],
    ['an absolute path', [{ name: '/etc/cron.d/evil' }]],
    ['a path with backslashes that leads out', [{ name: '..\\evil' }]],
    ['a drive letter', [{ name: 'C:/evil' }]],
    ['a name with NUL', [{ name: 'a\0b' }]],
    ['a name that is too long', [{ name: 'a'.repeat(256) }]],
    ['the same file twice', [{ name: 'a' }, { name: 'a' }]],
    ['the same file under two spellings', [{ name: 'a/b' }, { name: 'a//./b' }]],
    ['a file that is a directory, too', [{ name: 'a' }, { name: 'a/b' }]],
    ['a directory that is a file, too', [{ name: 'a/b' }, { name: 'a' }]],
    ['an encrypted file', [{ name: 'a', flags: 1 }]],
    ['an unknown compression', [{ name: 'a', method: 14 }]],
    ['a device', [{ name: 'a', mode: 0o020644 }]],
    ['a path that is too deep', [{ name: 'a/'.repeat(100) + 'a' }]],
    // 108,900 of them
    ['paths that imply too many folders', Array.from({ length: 1100 }, (_, index) => ({ name: `${index}/${'a/'.repeat(98)}f` }))],
  ];
  for (const [what, entries] of refused) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(readZipDirectory(zipArchive(entries)), (error: unknown) => {
        assert.ok(error instanceof ZipRejected);
        assert.equal(error.problem, 'unreadable');
        assert.equal(error.message, 'Could not unzip uploaded file. Please check your file, then try to upload again.');
        return true;
      });
    });
  }

  test('accepts a path of 100 segments', async () => {
    const name = 'a/'.repeat(99) + 'a';
    assert.deepEqual(
      (await readZipDirectory(zipArchive([{ name }]))).map((entry) => entry.path),
      [name],
    );
  });

  test('refuses what is no zip, and one that is cut off', async () => {
    await assert.rejects(readZipDirectory(Buffer.from('#!/bin/sh')), ZipRejected);
    const whole = zipArchive([{ name: 'a', content: 'abc' }]);
    await assert.rejects(readZipDirectory(whole.subarray(10)), ZipRejected);
  });

  test('refuses an archive without entries', async () => {
    await assert.rejects(readZipDirectory(zipArchive([])), /Uploaded file must be a non-empty zip/);
  });

  test('refuses more than 262144000 bytes by the sum of what the directory says', async () => {
    const halves = (second: number): Buffer =>
      zipArchive([
        { name: 'a', claimedSize: 131_072_000 },
        { name: 'b', claimedSize: second },
      ]);
    assert.equal((await readZipDirectory(halves(131_072_000))).length, 2);
    await assert.rejects(readZipDirectory(halves(131_072_001)), /^ZipRejected: Unzipped size must be smaller than 262144000 bytes$/);
  });

  test('accepts a directory that is listed twice, and the root', async () => {
    const entries = await readZipDirectory(zipArchive([{ name: './' }, { name: 'a/' }, { name: 'a/' }, { name: 'a/b' }]));
    assert.deepEqual(
      entries.map((entry) => entry.path),
      ['a', 'a', 'a/b'],
    );
  });
});
