import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#base/clock.ts';
import { systemIds } from '#base/ids.ts';
import { runCli } from '#cli/run-cli.ts';
import { processEnvironment } from '#config/environment.ts';

const status = await runCli(process.argv.slice(2), {
  terminal: { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) },
  clock: systemClock,
  signals: process,
  environment: processEnvironment(),
  exit: (code) => process.exit(code),
  // Loaded when used: the other commands need no platform.
  startPlatform: async (config, io) => (await import('./platform.ts')).startPlatform(config, io),
  runtimes: async ({ dataDir, javaHome }) => {
    const { HostRuntimes } = await import('#functions/host-runtimes.ts');
    return new HostRuntimes({
      dataDirectory: dataDir,
      hearthNode: process.execPath,
      packageRoot: join(import.meta.dirname, '..'),
      pythonPlaces: { homeDirectory: homedir() },
      javaPlaces: { homeDirectory: homedir(), ...(javaHome !== undefined && { javaHome }) },
      architecture: process.arch === 'arm64' ? 'arm64' : 'x64',
      ids: systemIds,
      onWarning: (message) => process.stderr.write(`hearth: ${message}\n`),
      signal: new AbortController().signal,
      root: process.getuid?.() === 0,
    });
  },
  probeHost: async () => (await import('#sandbox-host/probe.ts')).probeHost().facts,
});
// Explicitly, for an idle connection of a client must not hold the process.
process.exit(status);
