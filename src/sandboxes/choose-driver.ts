import { readdirSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { OpenedHost } from './host-driver.ts';
import type { HostDescriptors } from './host-process.ts';
import type { HostOptions } from './host-protocol.ts';
import type { SandboxDriver } from './sandbox.ts';
import { errorCode } from './system-files.ts';

export interface ChooseDriverOptions {
  /** `auto` takes bubblewrap where the host permits it; asking for one by name takes that or fails. */
  readonly driver: 'auto' | SandboxDriver['name'];
  /** What to start a sandbox host with, or one that was started already, with root's rights, by the program before this one. */
  readonly host: Omit<HostOptions, 'driver'> | HostDescriptors;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The best driver that this host permits, said in its `description`. Takes back what dead runs of the same run directory left, first.
 * Each driver is loaded only when chosen.
 * @throws when the driver asked for cannot work here, with all the reasons
 */
export async function chooseDriver(options: ChooseDriverOptions): Promise<SandboxDriver> {
  const opened = await openSandboxHost(options);
  if (opened.driver !== undefined) return opened.driver;
  if (options.driver === 'bubblewrap') throw new Error(`bubblewrap cannot be used here: ${opened.unavailable}`);
  const { processDriver } = await import('./process-driver.ts');
  return processDriver({ reason: opened.unavailable, clock: options.clock, logger: options.logger });
}

/** Without root there is no use for a host of our own: it could make nothing, and no run can have left anything. */
async function openSandboxHost({ driver, host, logger }: ChooseDriverOptions): Promise<OpenedHost> {
  const wanted = driver !== 'process';
  if (!('frames' in host)) {
    if (process.geteuid?.() !== 0) return { unavailable: wanted ? 'root: no' : AS_ASKED };
    if (!wanted && !hasRuns(host.runDirectory)) return { unavailable: AS_ASKED };
  }
  const { openHost } = await import('./host-driver.ts');
  const opened = await openHost('frames' in host ? host : { ...host, driver: wanted ? 'bubblewrap' : 'none' }, logger);
  return wanted || opened.driver !== undefined ? opened : { unavailable: AS_ASKED };
}

const AS_ASKED = 'as asked for';

/** Whatever driver follows: what a killed run left is for the next one to take back. */
function hasRuns(runDirectory: string): boolean {
  try {
    return readdirSync(`${runDirectory}/runs`).length > 0;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
