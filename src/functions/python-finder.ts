import { join } from 'node:path';
import { exists, subfolders } from './installed-directory.ts';
import { ToolFailed, type RunTool } from './run-tool.ts';

/** A Python of the host that works. */
export interface FoundPython {
  /** `3.12.1` */
  readonly version: string;
  /** The folder that holds `bin/python3.12` and `lib/python3.12`; `/usr` for the system's own. */
  readonly prefix: string;
  readonly executable: string;
}

export interface PythonPlaces {
  readonly homeDirectory: string;
  /** `PYENV_ROOT`, where it is not `~/.pyenv`. */
  readonly pyenvRoot?: string;
}

/** Version, prefix of the installation behind a virtual environment, and real path, one per line. */
const PROBE = 'import sys, os; print("%d.%d.%d" % sys.version_info[:3]); print(sys.base_prefix); print(os.path.realpath(sys.executable))';
const PROBE_TIMEOUT_MS = 10_000;

/**
 * Finds a Python of a version (`3.12`) by running candidates: a name on PATH may be a shim that only fails. Installations with a
 * folder of their own come before the system's, whose packages are mixed with the distribution's.
 */
export async function findPython(version: string, places: PythonPlaces, run: RunTool): Promise<FoundPython | undefined> {
  let ofSystem: FoundPython | undefined;
  for (const candidate of await candidates(version, places)) {
    const found = await probe(candidate, version, run);
    if (found === undefined) continue;
    if (found.prefix !== '/usr') return found;
    ofSystem ??= found;
  }
  return ofSystem;
}

async function candidates(version: string, places: PythonPlaces): Promise<readonly string[]> {
  const name = `python${version}`;
  const pyenvRoots = [...(places.pyenvRoot === undefined ? [] : [places.pyenvRoot]), join(places.homeDirectory, '.pyenv')];
  const parents = [
    ...pyenvRoots.map((root) => join(root, 'versions')),
    join(places.homeDirectory, '.local/share/uv/python'),
    '/opt',
    '/opt/python',
  ];
  const prefixes: string[] = [];
  for (const parent of parents) prefixes.push(...(await subfolders(parent)));
  const files: string[] = [];
  for (const prefix of [...prefixes, '/usr/local', '/usr']) {
    const file = join(prefix, 'bin', name);
    if (await exists(file)) files.push(file);
  }
  // Without a path: looked for on PATH.
  return [...files.filter((file) => !file.startsWith('/usr/')), name, ...files.filter((file) => file.startsWith('/usr/'))];
}

async function probe(candidate: string, version: string, run: RunTool): Promise<FoundPython | undefined> {
  let lines: readonly string[];
  try {
    lines = (await run(candidate, ['-I', '-c', PROBE], { timeoutMs: PROBE_TIMEOUT_MS })).stdout.split('\n');
  } catch (error) {
    if (error instanceof ToolFailed) return undefined;
    throw error;
  }
  const [found = '', prefix = '', executable = ''] = lines;
  if (!found.startsWith(`${version}.`) || !(await exists(join(prefix, 'lib', `python${version}`)))) return undefined;
  return { version: found, prefix, executable };
}
