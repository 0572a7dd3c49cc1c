import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '#base/logger.ts';
import { loadConfig } from '#config/config.ts';
import { startPlatform } from '../../src/platform.ts';

/** The whole system in this process, on a free port, with a data folder that goes with it. */
export async function startTestPlatform(
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-platform-'));
  const { config } = loadConfig(
    { HEARTH_PORT: '0', HEARTH_DATA_DIR: dataDir, ...environment },
    {},
    { uid: process.getuid?.(), homeDir: homedir(), workingDir: process.cwd() },
  );
  const platform = await startPlatform(config, { logger: silentLogger, print: () => undefined });
  return {
    endpoint: platform.endpoint,
    async close() {
      await platform.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
