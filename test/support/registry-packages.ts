import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { ZipArchiveEntry } from './zip-archive.ts';

const run = promisify(execFile);
const CACHE = join(import.meta.dirname, '../../.cache/packages');
const INSTALL_TIMEOUT_MS = 120_000;

/** What others publish, at exact versions, fetched once by the registries' own clients. Undefined when it cannot be had, as offline. */

/** The folder of node_modules with the package and what it needs. No script of it is run. */
export async function npmPackage(name: string, version: string): Promise<string | undefined> {
  const folder = await fetchOnce(`${fileNameOf(name)}-${version}`, async (fetched) => {
    const quiet = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', '--prefix', fetched, ...quiet, `${name}@${version}`], { timeout: INSTALL_TIMEOUT_MS });
  });
  return folder === undefined ? undefined : join(folder, 'node_modules');
}

/** The files of the package alone. */
export async function npmTarball(name: string, version: string): Promise<string | undefined> {
  const folder = await fetchOnce(`${fileNameOf(name)}-${version}-alone`, async (fetched) => {
    const packing = ['pack', '--silent', '--pack-destination', fetched, `${name}@${version}`];
    const { stdout } = await run('npm', packing, { timeout: INSTALL_TIMEOUT_MS });
    await run('tar', ['--extract', '--gzip', '--file', join(fetched, stdout.trim()), '--directory', fetched]);
  });
  return folder === undefined ? undefined : join(folder, 'package');
}

/** A folder of modules; `python` only has to have pip. */
export function pythonPackage(python: string, name: string, version: string, pythonVersion: string): Promise<string | undefined> {
  return fetchOnce(`${name}-${version}-py${pythonVersion}`, async (folder) => {
    const quiet = ['--quiet', '--disable-pip-version-check', '--retries=1', '--no-compile'];
    const binary = ['--only-binary=:all:', '--python-version', pythonVersion];
    await run(python, ['-m', 'pip', 'install', ...quiet, ...binary, '--target', folder, `${name}==${version}`], {
      timeout: INSTALL_TIMEOUT_MS,
    });
  });
}

/** The files below a folder as entries of a zip, under `prefix`, with their modes. */
export function filesBelow(folder: string, prefix: string): readonly ZipArchiveEntry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ name: `${prefix}${relative(folder, path)}`, content: readFileSync(path), mode: statSync(path).mode }));
}

/** A folder that `fill` has filled, once for all tests. */
export async function fetchOnce(name: string, fill: (folder: string) => Promise<void>): Promise<string | undefined> {
  const target = join(CACHE, name);
  if (existsSync(target)) return target;
  const temporary = `${target}.${process.pid}.tmp`;
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rename(temporary, target);
    return target;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    process.emitWarning(`${name} could not be fetched: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function fileNameOf(name: string): string {
  return name.replace('@', '').replaceAll('/', '-');
}
