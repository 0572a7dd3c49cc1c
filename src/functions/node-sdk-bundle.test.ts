import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, test } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { giveAway, makeReadOnly, unprivileged } from '../../test/support/unprivileged.ts';
import { nodeSdkBundle } from './node-sdk-bundle.ts';

const folder = await mkdtemp(join(tmpdir(), 'hearth-sdk-'));
after(() => rm(folder, { recursive: true }));

async function install(root: string, path: string, version: string, dependencies: readonly string[] = []): Promise<void> {
  const directory = join(root, path);
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const manifest = { name, version, dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, '*'])) };
  for (const [file, text] of Object.entries({
    'package.json': JSON.stringify(manifest),
    'index.js': version,
    'index.d.ts': '',
    'dist-types/a.js': '',
    'README.md': '',
  })) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), text);
  }
}

/** Hoisted as npm does it: `deep` in two versions, one of them inside `client-iam`; the package itself is nested in a project. */
async function project(place = folder): Promise<string> {
  const root = join(place, 'project');
  await install(root, 'node_modules/@aws-sdk/client-lambda', '3.9.0', ['shared']);
  await install(root, 'node_modules/@aws-sdk/client-iam', '3.9.0', ['deep']);
  await install(root, 'node_modules/@aws-sdk/client-iam/node_modules/deep', '1.0.0', ['leaf']);
  await install(root, 'node_modules/@aws-sdk/client-sts', '3.9.0', ['deep']);
  await install(root, 'node_modules/@aws-sdk/client-cloudwatch-logs', '3.9.0');
  await install(root, 'node_modules/@aws-sdk/client-s3', '3.9.0');
  await install(root, 'node_modules/deep', '2.0.0');
  await install(root, 'node_modules/leaf', '1.0.0');
  await install(root, 'node_modules/shared', '1.0.0', ['leaf']);
  await install(root, 'node_modules/unrelated', '1.0.0');
  await install(root, 'node_modules/hearth', '1.0.0');
  return join(root, 'node_modules/hearth');
}

test('nodeSdkBundle copies the clients and what they need, as they were laid out, without types', async () => {
  const bundle = await nodeSdkBundle({ packageRoot: await project(), directory: join(folder, 'runtimes'), ids: systemIds });
  const entries = await readdir(bundle, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(bundle, join(entry.parentPath, entry.name)));
  const packages = [
    '@aws-sdk/client-cloudwatch-logs',
    '@aws-sdk/client-iam',
    '@aws-sdk/client-iam/node_modules/deep',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-sts',
    'deep',
    'leaf',
    'shared',
  ];
  assert.deepEqual(files.toSorted(), packages.flatMap((name) => [`${name}/index.js`, `${name}/package.json`]).toSorted());
  assert.equal(await readFile(join(bundle, '@aws-sdk/client-iam/node_modules/deep/index.js'), 'utf8'), '1.0.0');
  assert.equal(await readFile(join(bundle, 'deep/index.js'), 'utf8'), '2.0.0');
});

test('nodeSdkBundle copies from a read-only installation, readable for everyone', async (t) => {
  const place = await mkdtemp(join(tmpdir(), 'hearth-sdk-'));
  t.after(() => rm(place, { recursive: true }));
  await giveAway(place);
  const packageRoot = await project(place);
  await makeReadOnly(join(place, 'project'));
  const bundle = await unprivileged(() => nodeSdkBundle({ packageRoot, directory: join(place, 'runtimes'), ids: systemIds }));
  const entries = await readdir(bundle, { recursive: true, withFileTypes: true });
  assert.ok(entries.length > 20);
  for (const entry of entries) {
    const { mode } = await stat(join(entry.parentPath, entry.name));
    assert.equal(mode & 0o777, entry.isDirectory() ? 0o755 : 0o644, entry.name);
  }
});

test('nodeSdkBundle names a package that is missing', async () => {
  await assert.rejects(
    nodeSdkBundle({ packageRoot: join(folder, 'nothing'), directory: folder, ids: systemIds }),
    /the package @aws-sdk\/client-\S+ is not installed/,
  );
});
