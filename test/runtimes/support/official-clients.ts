import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = join(import.meta.dirname, '../../../.cache/official-clients');
const INSTALL_TIMEOUT_MS = 120_000;

/**
 * AWS's own runtime clients, fetched once. Undefined when they cannot be had, as without a network: then ours are held against their
 * recorded answers alone.
 */
export async function officialNodeClient(version: '3.3.0' | '4.0.2'): Promise<string | undefined> {
  return install(`aws-lambda-ric-${version}`, async (folder) => {
    // Its native part is replaced by native-client-stub.cjs, so nothing is built.
    await run(
      'npm',
      [
        'install',
        '--prefix',
        folder,
        '--no-save',
        '--no-package-lock',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        `aws-lambda-ric@${version}`,
      ],
      {
        timeout: INSTALL_TIMEOUT_MS,
      },
    );
    const client = join(folder, 'node_modules/aws-lambda-ric');
    await writeFile(join(client, 'rapid-client.node'), '');
    if (existsSync(join(client, 'dist'))) await writeFile(join(client, 'dist/rapid-client.node'), '');
  });
}

/** A folder for PYTHONPATH. The client has a native part, made for one Python version; any Python with pip can fetch it. */
export async function officialPythonClient(python: string, pythonVersion: string): Promise<string | undefined> {
  return install(`awslambdaric-4.2.2-py${pythonVersion}`, async (folder) => {
    await run(
      python,
      [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--only-binary=:all:',
        '--python-version',
        pythonVersion,
        '--disable-pip-version-check',
        '--retries=1',
        '--target',
        folder,
        'awslambdaric==4.2.2',
      ],
      {
        timeout: INSTALL_TIMEOUT_MS,
      },
    );
  });
}

async function install(name: string, fill: (folder: string) => Promise<void>): Promise<string | undefined> {
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
    process.emitWarning(`${name} is not compared with: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
