import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { IdSource } from '#base/ids.ts';
import { makeReadable } from './bootstrap-directory.ts';
import { copyTree } from './copy-tree.ts';
import { exists, installDirectory } from './installed-directory.ts';

/** The clients that functions may want of what Hearth serves; what AWS has beside them would find nobody to talk to. */
const CLIENTS = [
  '@aws-sdk/client-lambda',
  '@aws-sdk/client-iam',
  '@aws-sdk/client-sts',
  '@aws-sdk/client-cloudwatch-logs',
  '@aws-sdk/client-s3',
] as const;

/** Types and source maps are of no use to a running function, and most of the files. */
const LEFT_OUT = /(?:\.d\.[cm]?ts|\.map|\.md)$/;

interface Package {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  readonly dependencies: readonly string[];
}

/**
 * Copies the AWS SDK for Node.js functions, with all that it needs, from the packages that Hearth itself has, so that functions
 * and daemon have the same pinned versions. Made once per set of versions. Returns the `node_modules` folder.
 */
export async function nodeSdkBundle(options: {
  readonly packageRoot: string;
  readonly directory: string;
  readonly ids: IdSource;
}): Promise<string> {
  const packages = await closure(options.packageRoot);
  const list = packages.map(({ name, version }) => `${name}@${version}`).toSorted();
  const version = packages.find(({ name }) => name === CLIENTS[0])?.version ?? '';
  const digest = createHash('sha256').update(list.join('\n')).digest('hex').slice(0, 12);
  const target = join(options.directory, `aws-sdk-js-${version}-${digest}`);
  await installDirectory(target, options.ids, async (temporary) => {
    const places = targets(packages, join(temporary, 'node_modules'));
    for (const [source, place] of places) {
      await copyTree(source, place, (path) => belongs(path, source));
    }
    await makeReadable(temporary);
  });
  return join(target, 'node_modules');
}

/** All packages that the clients reach by their dependencies. */
async function closure(packageRoot: string): Promise<readonly Package[]> {
  const found = new Map<string, Package>();
  const queue = CLIENTS.map((name) => ({ name: name as string, from: packageRoot }));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const directory = await findPackage(next.name, next.from);
    if (found.has(directory)) continue;
    const known = await readPackage(directory);
    found.set(directory, known);
    for (const name of known.dependencies) queue.push({ name, from: directory });
  }
  return [...found.values()];
}

/** Where Node would find a package for a file in `from`. */
async function findPackage(name: string, from: string): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const directory = join(folder, 'node_modules', name);
    if (await exists(join(directory, 'package.json'))) return directory;
    if (folder === dirname(folder)) throw new Error(`the package ${name} is not installed where ${from} could find it`);
  }
}

async function readPackage(directory: string): Promise<Package> {
  const text = await readFile(join(directory, 'package.json'), 'utf8');
  const { name, version, dependencies } = JSON.parse(text) as { name: string; version: string; dependencies?: Record<string, string> };
  return { name, version, directory, dependencies: Object.keys(dependencies ?? {}) };
}

/** Source and target of each package; one that was installed inside another goes inside it again. */
function targets(packages: readonly Package[], root: string): readonly (readonly [string, string])[] {
  const places = new Map<string, string>();
  for (const { name, directory } of packages.toSorted((a, b) => a.directory.length - b.directory.length)) {
    const owner = directory.slice(0, -`${sep}node_modules${sep}${name}`.length);
    const outer = places.get(owner);
    places.set(directory, outer === undefined ? join(root, name) : join(outer, 'node_modules', name));
  }
  return [...places];
}

/** Packages inside a package are copied on their own, and only when something needs them. */
function belongs(path: string, source: string): boolean {
  return !/[/\\](?:node_modules|dist-types)(?:[/\\]|$)/.test(path.slice(source.length)) && !LEFT_OUT.test(path);
}
