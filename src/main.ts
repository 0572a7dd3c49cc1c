import { systemClock } from '#base/clock.ts';
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
  probeHost: async () => (await import('#sandbox-host/probe.ts')).probeHost().facts,
});
// Explicitly, for an idle connection of a client must not hold the process.
process.exit(status);
