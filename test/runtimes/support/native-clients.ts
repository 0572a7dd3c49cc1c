import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fetchOnce } from '../../support/registry-packages.ts';

const run = promisify(execFile);
const SOURCES = join(import.meta.dirname, '../clients');
const BUILD_TIMEOUT_MS = 600_000;

/**
 * Custom runtimes of AWS's clients for compiled languages, built once from the registries' sources at locked versions. Each answers
 * `{id, n: 6 * event.n}`, prints what it saw, and fails with `no luck` for `{"fail": true}`. Returns the binary, or undefined when
 * compiler or registry cannot be had.
 */
export function goBootstrap(): Promise<string | undefined> {
  return built('go', async (folder) => {
    // A static binary, by the compiler that is there and no other.
    const env = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly' };
    await run('go', ['build', '-tags', 'lambda.norpc', '-o', 'bootstrap', '.'], { cwd: folder, env, timeout: BUILD_TIMEOUT_MS });
  });
}

export function rustBootstrap(): Promise<string | undefined> {
  return built('rust', async (folder) => {
    await run('cargo', ['build', '--quiet', '--locked'], { cwd: folder, timeout: BUILD_TIMEOUT_MS });
    await cp(join(folder, 'target/debug/bootstrap'), join(folder, 'bootstrap'));
    await rm(join(folder, 'target'), { recursive: true });
  });
}

/** The `node_modules` of AWS's client for Node.js 22 and later, with its native part built by its own scripts. */
export async function nodeClient(): Promise<string | undefined> {
  const folder = await fetchOnce('aws-lambda-ric-4.0.2-built', async (fetched) => {
    const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', '--prefix', fetched, ...quiet, 'aws-lambda-ric@4.0.2'], { timeout: BUILD_TIMEOUT_MS });
  });
  return folder === undefined ? undefined : join(folder, 'node_modules');
}

async function built(language: 'go' | 'rust', build: (folder: string) => Promise<void>): Promise<string | undefined> {
  const sources = join(SOURCES, language);
  const hash = createHash('sha256');
  for (const name of readdirSync(sources, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const file = join(sources, name);
    if (/\.(?:go|mod|sum|rs|toml|lock)$/.test(name) && existsSync(file)) hash.update(`${name}\0`).update(readFileSync(file));
  }
  const folder = await fetchOnce(`bootstrap-${language}-${hash.digest('hex').slice(0, 12)}`, async (copy) => {
    await cp(sources, copy, { recursive: true });
    await build(copy);
  });
  return folder === undefined ? undefined : join(folder, 'bootstrap');
}
