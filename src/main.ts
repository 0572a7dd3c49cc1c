import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { systemClock } from '#base/clock.ts';
import { systemIds } from '#base/ids.ts';
import { runCli } from '#cli/run-cli.ts';
import type { Config } from '#config/config.ts';
import { processEnvironment } from '#config/environment.ts';
import { handoverVariables, readHandover } from '#config/handover.ts';

const environment = processEnvironment();
const handover = readHandover(environment);

const status = await runCli(process.argv.slice(2), {
  terminal: { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) },
  clock: systemClock,
  signals: process,
  environment,
  exit: (code) => process.exit(code),
  // Loaded when used: the other commands need no platform.
  startPlatform: async (config, io) => (await import('./platform.ts')).startPlatform(config, io, handover),
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
  leftRoot: handover !== undefined,
  ...(process.getuid?.() === 0 && { leaveRoot: leaveRootFor }),
  probeHost: async () => (await import('#sandbox-host/probe.ts')).probeHost().facts,
});
// Explicitly, for an idle connection of a client must not hold the process.
process.exit(status);

async function leaveRootFor(config: Config): Promise<string | undefined> {
  if (config.daemonUid === 0) return undefined;
  const [{ leaveRoot }, { hostOptions, PACKAGE_ROOT, runtimePlaces }, { claimDataDirectory }] = await Promise.all([
    import('#sandbox-host/leave-root.ts'),
    import('./host-options.ts'),
    import('#cli/data-directory.ts'),
  ]);
  const home = homedir();
  const program = ['package.json', 'bin/main.mjs'].map((name) => join(PACKAGE_ROOT, name));
  // Installed, the packages it needs lie beside it.
  const modules = [
    join(PACKAGE_ROOT, 'node_modules'),
    ...(basename(dirname(PACKAGE_ROOT)) === 'node_modules' ? [dirname(PACKAGE_ROOT)] : []),
  ];
  const { host, port, dataDir, daemonUid, isolation } = config;
  const reason = leaveRoot({
    host: { ...hostOptions(config), driver: isolation === 'none' ? 'none' : 'bubblewrap' },
    uid: daemonUid,
    home,
    wanted: [PACKAGE_ROOT, ...modules, join(PACKAGE_ROOT, '.cache'), process.execPath, dataDir, ...runtimePlaces(config, home)],
    program: [...program, process.execPath],
    owned: [join(PACKAGE_ROOT, '.cache/compile-daemon')],
    claimData: () => claimDataDirectory(dataDir, daemonUid),
    newHome: join(dataDir, 'home'),
    argv: [...process.execArgv, process.argv[1] ?? '', 'start', '--host', host, '--port', String(port), '--data-dir', dataDir],
    environment,
    handOver: ({ frames, messages }) => handoverVariables({ frames, messages, home }),
  });
  return `Daemon: runs as root, for ${reason}`;
}
