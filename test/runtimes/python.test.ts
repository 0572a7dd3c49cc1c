import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findPython, type FoundPython } from '#functions/python-finder.ts';
import { runTool } from '#functions/run-tool.ts';
import { officialPythonClient } from './support/official-clients.ts';
import { PYTHON_CASES } from './python-cases.ts';
import { checkCase, type Client } from './support/runtime-case.ts';

const BOOTSTRAP = join(import.meta.dirname, '../../runtimes/python/bootstrap.py');

/** Texts of errors change between versions; the table is written for one whose texts are settled. */
const VERSIONS = ['3.12', '3.11', '3.13', '3.10'] as const;

async function anyPython(): Promise<{ readonly version: string; readonly python: FoundPython } | undefined> {
  for (const version of VERSIONS) {
    const python = await findPython(version, { homeDirectory: homedir() }, runTool);
    if (python !== undefined) return { version, python };
  }
  return undefined;
}

const found = await anyPython();

if (found === undefined) {
  it('Python runtimes', { skip: `none of Python ${VERSIONS.join(', ')} is on this machine` });
} else {
  const { version, python } = found;
  const environment = { AWS_EXECUTION_ENV: 'AWS_Lambda_python3.12', PYTHONDONTWRITEBYTECODE: '1' };
  const ours = (link: 'framed' | 'http'): Client => ({
    name: `hearth over ${link}`,
    link,
    command: () => [python.executable, BOOTSTRAP],
    environment,
  });
  const clients = [ours('framed'), ours('http')];
  const official = await officialPythonClient(python.executable, version);
  if (official !== undefined) {
    clients.push({
      name: 'awslambdaric 4.2.2',
      link: 'http',
      command: (handler) => [python.executable, '-m', 'awslambdaric', handler],
      environment: { ...environment, PYTHONPATH: official },
    });
  }
  describe(`Python ${python.version}, as ${clients.map(({ name }) => name).join(', ')}`, { concurrency: 2 }, () => {
    for (const runtimeCase of PYTHON_CASES) it(runtimeCase.name, () => checkCase(runtimeCase, clients));
  });
}
