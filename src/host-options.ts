import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemIds } from '#base/ids.ts';
import type { Config } from '#config/config.ts';
import type { HostOptions } from '#sandboxes/host-protocol.ts';

/** Mount points and other small things of the running daemons; each has its own folder in it. Only root's daemon needs it. */
const RUN_DIRECTORY = '/run/hearth';

export const PACKAGE_ROOT = join(import.meta.dirname, '..');

/** Of this daemon's sandbox host, for its whole life. */
export function hostOptions(config: Config): Omit<HostOptions, 'driver'> {
  return {
    runDirectory: RUN_DIRECTORY,
    dataDirectory: config.dataDir,
    runId: systemIds.hex(4),
    network: config.functionNetwork,
    places: [PACKAGE_ROOT, process.execPath, ...runtimePlaces(config, homedir()), '/opt', '/usr'],
  };
}

/** Where people keep programs for runtimes, which may be closed to others. */
export function runtimePlaces({ javaHome }: Config, home: string): readonly string[] {
  const places = ['.pyenv', '.local/share/uv/python', '.nvm', '.sdkman'].map((name) => join(home, name));
  return javaHome?.startsWith('/') === true ? [...places, javaHome] : places;
}
