import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IdSource } from '#base/ids.ts';
import { makeReadable } from './bootstrap-directory.ts';
import { installDirectory } from './installed-directory.ts';
import type { FoundPython } from './python-finder.ts';
import { ToolFailed, type RunTool } from './run-tool.ts';

/** boto3 has given up Python 3.8 and 3.9; their last versions are pinned in a file of their own. */
const FIRST_MINOR_OF_NEWEST = 10;

const PIP_PROBE_TIMEOUT_MS = 20_000;
const PIP_TIMEOUT_MS = 180_000;
const COMPILE_TIMEOUT_MS = 120_000;

const PIP_OPTIONS = [
  '--no-deps',
  '--require-hashes',
  '--only-binary=:all:',
  '--no-compile',
  '--no-input',
  '--disable-pip-version-check',
  '--quiet',
  '--retries=1',
  '--timeout=15',
] as const;

/**
 * Installs boto3 for Python functions from pinned, hashed packages, compiled for that Python, since nothing can be written inside a
 * sandbox. Returns the folder. @throws ToolFailed when pip cannot be run or cannot reach its packages
 */
export async function pythonSdkBundle(options: {
  readonly python: FoundPython;
  /** The folder `runtimes/python` of the package. */
  readonly sources: string;
  readonly directory: string;
  readonly ids: IdSource;
  readonly run: RunTool;
}): Promise<string> {
  const { python, run } = options;
  const [major = '', minor = ''] = python.version.split('.');
  const requirements = join(options.sources, Number(minor) >= FIRST_MINOR_OF_NEWEST ? 'requirements.txt' : 'requirements-3.8.txt');
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const target = join(options.directory, `python-sdk-${major}.${minor}-${digest}`);
  await installDirectory(target, options.ids, async (temporary) => {
    const install = ['-I', '-m', 'pip', 'install', '--target', temporary, ...PIP_OPTIONS, '--requirement', requirements];
    await run(await pythonWithPip(python, run), install, { timeoutMs: PIP_TIMEOUT_MS });
    await run(python.executable, compileArguments(temporary), { timeoutMs: COMPILE_TIMEOUT_MS });
    await makeReadable(temporary);
  });
  return target;
}

/** The packages are pure Python, so any pip will do; that of the system lacks it more often than others. */
async function pythonWithPip(python: FoundPython, run: RunTool): Promise<string> {
  try {
    await run(python.executable, ['-I', '-m', 'pip', '--version'], { timeoutMs: PIP_PROBE_TIMEOUT_MS });
    return python.executable;
  } catch (error) {
    if (error instanceof ToolFailed) return 'python3';
    throw error;
  }
}

/** An empty folder in the place of the SDK: what the host has installed there must not show. */
export async function emptyBundle(directory: string): Promise<string> {
  const target = join(directory, 'python-sdk-none');
  await mkdir(target, { recursive: true, mode: 0o755 });
  return target;
}

/** Compiled files that are never checked against their sources: both are read-only, and a check would cost each import a look. */
export function compileArguments(directory: string): readonly string[] {
  return ['-I', '-m', 'compileall', '-q', '-j', '2', '--invalidation-mode', 'unchecked-hash', directory];
}
