import { readdirSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { HostNetwork } from './host-protocol.ts';
import type { SandboxDriver } from './sandbox.ts';
import { errorCode } from './system-files.ts';

export interface ChooseDriverOptions {
  /** `auto` takes bubblewrap where the host permits it; asking for one by name takes that or fails. */
  readonly driver: 'auto' | SandboxDriver['name'];
  /** Reachable by other users: no ancestor without `x` for others. /run/hearth, say. */
  readonly runDirectory: string;
  readonly dataDirectory: string;
  /** Unique among all runs of this host; letters and digits. */
  readonly runId: string;
  /** Of bubblewrap's sandboxes. */
  readonly network: HostNetwork;
  /** Directories whose content `expose` may show to sandboxes though they are closed to others; the data directory is one anyway. */
  readonly places: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The best driver that this host permits, said in its `description`. Takes back what dead runs of the same run directory left, first.
 * Each driver is loaded only when chosen. What needs root is done by a second process, which starts before this function returns its
 * promise: the caller may give up the rights of its own then.
 * @throws when the driver asked for cannot work here, with all the reasons
 */
export async function chooseDriver(options: ChooseDriverOptions): Promise<SandboxDriver> {
  const reason = await whyNotHost(options);
  if (typeof reason !== 'string') return reason;
  if (options.driver === 'bubblewrap') throw new Error(`bubblewrap cannot be used here: ${reason}`);
  const { processDriver } = await import('./process-driver.ts');
  return processDriver({ reason, clock: options.clock, logger: options.logger });
}

/** A driver, or why there is none. Without root there is no use for a host: it could make nothing, and no run can have left anything. */
async function whyNotHost(options: ChooseDriverOptions): Promise<SandboxDriver | string> {
  const wanted = options.driver !== 'process';
  if (process.geteuid?.() !== 0) return wanted ? 'root: no' : AS_ASKED;
  if (!wanted && !hasRuns(options.runDirectory)) return AS_ASKED;
  const { openHost } = await import('./host-driver.ts');
  const { runDirectory, dataDirectory, runId, network, places } = options;
  const driver = wanted ? 'bubblewrap' : 'none';
  const opened = await openHost({ driver, runDirectory, dataDirectory, runId, network, places }, options.logger);
  return opened.driver ?? (wanted ? opened.unavailable : AS_ASKED);
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
