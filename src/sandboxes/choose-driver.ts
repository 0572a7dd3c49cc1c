import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { BubblewrapDriverOptions } from './bubblewrap-driver.ts';
import { prepareCgroups } from './cgroup-layout.ts';
import { findCommand, probeHost } from './probe.ts';
import type { HostReport } from './probe.ts';
import { RunRegistry } from './run-registry.ts';
import type { SandboxDriver } from './sandbox.ts';

export interface ChooseDriverOptions {
  /** `auto` takes bubblewrap where the host permits it; asking for one by name takes that or fails. */
  readonly driver: 'auto' | SandboxDriver['name'];
  /** Reachable by other users: no ancestor without `x` for others. /run/hearth, say. */
  readonly runDirectory: string;
  readonly dataDirectory: string;
  /** Unique among all runs of this host; letters and digits. */
  readonly runId: string;
  /** Of bubblewrap's sandboxes: see `BubblewrapDriverOptions`. */
  readonly network: BubblewrapDriverOptions['network'];
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** What the probe found, when it was asked already. */
  readonly host?: HostReport;
}

/**
 * The best driver that this host permits, said in its `description`. Cleans up after dead runs of the same run directory first.
 * Each driver is loaded only when chosen.
 * @throws when the driver asked for cannot work here, with all the reasons
 */
export async function chooseDriver(options: ChooseDriverOptions): Promise<SandboxDriver> {
  await cleanUp(options);
  if (options.driver === 'process') return openProcessDriver(options, 'as asked for');
  const report = options.host ?? probeHost();
  const host = report.bubblewrap;
  const cgroups = host === undefined ? undefined : prepareCgroups(host.cgroups);
  if (host !== undefined && cgroups?.version !== undefined) {
    const { bubblewrapDriver } = await import('./bubblewrap-driver.ts');
    return bubblewrapDriver({ ...options, host });
  }
  const missing = report.facts.filter(({ verdict }) => verdict === 'missing').map(({ name, found }) => `${name}: ${found}`);
  if (cgroups?.version === undefined && cgroups !== undefined) missing.push(`control groups: ${cgroups.reason}`);
  const reason = missing.join('; ');
  if (options.driver === 'bubblewrap') throw new Error(`bubblewrap cannot be used here: ${reason}`);
  return openProcessDriver(options, reason);
}

/** Whatever driver follows: what a killed run left is for the next one to take back, and only root can have left anything. */
async function cleanUp(options: ChooseDriverOptions): Promise<void> {
  if (process.getuid?.() !== 0 || new RunRegistry(options.runDirectory).dead().length === 0) return;
  const { cleanUpPreviousRuns } = await import('./previous-runs.ts');
  await cleanUpPreviousRuns({ ...options, nft: findCommand('nft') });
}

async function openProcessDriver(options: ChooseDriverOptions, reason: string): Promise<SandboxDriver> {
  const { processDriver } = await import('./process-driver.ts');
  return processDriver({ reason, clock: options.clock, logger: options.logger });
}
