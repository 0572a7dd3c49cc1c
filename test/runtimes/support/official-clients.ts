import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fetchOnce } from '../../support/registry-packages.ts';

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 120_000;

/**
 * AWS's own runtime clients, fetched once. Undefined when they cannot be had, as without a network: then ours are held against their
 * recorded answers alone.
 */
export async function officialNodeClient(version: '3.3.0' | '4.0.2'): Promise<string | undefined> {
  return fetchOnce(`aws-lambda-ric-${version}`, async (folder) => {
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
  return fetchOnce(`awslambdaric-4.2.2-py${pythonVersion}`, async (folder) => {
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
