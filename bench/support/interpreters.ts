import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A Python 3.12 binary itself: a version manager's shim would add its own start-up to the floor. */
export function pythonInterpreter(): string {
  const managed = join(homedir(), '.pyenv/versions');
  const versions = existsSync(managed) ? readdirSync(managed).filter((name) => name.startsWith('3.12.')) : [];
  const candidates = [
    ...versions.map((version) => join(managed, version, 'bin/python3.12')),
    '/usr/local/bin/python3.12',
    '/usr/bin/python3.12',
  ];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error('the benchmarks need Python 3.12');
  return execFileSync(found, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
}
