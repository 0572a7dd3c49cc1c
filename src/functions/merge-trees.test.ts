import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { mergeTrees } from './merge-trees.ts';

/** A tree of files by path; a value that begins with `->` is a link, one that ends in `/` an empty folder. */
async function tree(context: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-merge-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    if (content.startsWith('->')) await symlink(content.slice(2), join(folder, path));
    else if (content === '/') await mkdir(join(folder, path));
    else await writeFile(join(folder, path), content);
  }
  return folder;
}

async function contentOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const entries = found.map(async (entry): Promise<readonly [string, string]> => {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isDirectory() ? '/' : entry.isSymbolicLink() ? `->${await readlink(path)}` : await readFile(path, 'utf8');
    return [path.slice(folder.length + 1), content];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function merged(context: TestContext, ...trees: readonly Readonly<Record<string, string>>[]): Promise<string> {
  const target = await tree(context, {});
  const sources: string[] = [];
  for (const files of trees) sources.push(await tree(context, files));
  await mergeTrees(sources, target);
  return target;
}

suite('mergeTrees', () => {
  test('a later tree overrides an earlier one file by file, folders become one', async (context) => {
    const target = await merged(
      context,
      { 'bin/a': 'a1', 'bin/b': 'b1', 'only/first': 'f' },
      { 'bin/b': 'b2', 'bin/c': 'c2', 'bin/d': 'd2' },
      { 'bin/d': 'd3', empty: '/' },
    );
    assert.deepEqual(await contentOf(target), {
      bin: '/',
      'bin/a': 'a1',
      'bin/b': 'b2',
      'bin/c': 'c2',
      'bin/d': 'd3',
      empty: '/',
      only: '/',
      'only/first': 'f',
    });
  });

  test('what is a folder in one and something else in another is what the later one has', async (context) => {
    const one = { 'x/inside': '1', y: 'file', z: '->y' };
    const two = { x: 'file', 'y/inside': '2', 'z/inside': '3' };
    assert.deepEqual(await contentOf(await merged(context, one, two)), { x: 'file', y: '/', 'y/inside': '2', z: '/', 'z/inside': '3' });
    assert.deepEqual(await contentOf(await merged(context, two, one)), { x: '/', 'x/inside': '1', y: 'file', z: '->y' });
  });

  test('files are the same files, links stay links, modes stay', async (context) => {
    const source = await tree(context, { 'bin/tool': '#!/bin/sh\n', 'bin/link': '->tool' });
    await chmod(join(source, 'bin/tool'), 0o755);
    const target = await tree(context, {});
    await mergeTrees([source, await tree(context, { other: 'o' })], target);
    const [original, linked] = [await stat(join(source, 'bin/tool')), await stat(join(target, 'bin/tool'))];
    assert.deepEqual([linked.ino, linked.mode & 0o777], [original.ino, 0o755]);
    assert.equal(await readlink(join(target, 'bin/link')), 'tool');
    assert.equal((await stat(join(target, 'bin'))).mode & 0o777, 0o755);
  });
});
