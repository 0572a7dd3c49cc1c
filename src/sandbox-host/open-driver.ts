import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { HostOptions } from '#sandboxes/host-protocol.ts';
import type { BubblewrapDriver } from './bubblewrap-driver.ts';
import { prepareCgroups } from './cgroup-layout.ts';
import { findCommand, probeHost } from './probe.ts';
import type { HostReport } from './probe.ts';
import { RunRegistry } from './run-registry.ts';

export interface OpenDriverOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** What the probe found, when it was asked already. */
  readonly host?: HostReport;
}

/** Takes back what dead runs left, then makes the driver, or says why there can be none. @throws when it should work, and does not */
export async function openDriver(
  options: HostOptions,
  { clock, ids, logger, host }: OpenDriverOptions,
): Promise<BubblewrapDriver | string> {
  await cleanUp(options, { clock, logger });
  if (options.driver === 'none') return 'not asked for';
  const report = host ?? probeHost();
  const { bubblewrap } = report;
  const cgroups = bubblewrap === undefined ? undefined : prepareCgroups(bubblewrap.cgroups);
  if (bubblewrap !== undefined && cgroups?.version !== undefined) {
    const { bubblewrapDriver } = await import('./bubblewrap-driver.ts');
    return bubblewrapDriver({ ...options, clock, ids, logger, host: { ...bubblewrap, cgroups } });
  }
  const missing = report.facts.filter(({ verdict }) => verdict === 'missing').map(({ name, found }) => `${name}: ${found}`);
  if (cgroups?.version === undefined && cgroups !== undefined) missing.push(`control groups: ${cgroups.reason}`);
  return missing.join('; ');
}

async function cleanUp(options: HostOptions, parts: Pick<OpenDriverOptions, 'clock' | 'logger'>): Promise<void> {
  if (new RunRegistry(options.runDirectory).dead().length === 0) return;
  const { cleanUpPreviousRuns } = await import('./previous-runs.ts');
  await cleanUpPreviousRuns({ ...options, ...parts, nft: findCommand('nft') });
}
