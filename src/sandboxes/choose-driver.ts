import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import { prepareCgroups } from './cgroup-layout.ts';
import { probeHost } from './probe.ts';
import type { HostReport } from './probe.ts';
import type { SandboxDriver } from './sandbox.ts';

export interface ChooseDriverOptions {
  /** `auto` takes bubblewrap where the host permits it; asking for one by name takes that or fails. */
  readonly driver: 'auto' | SandboxDriver['name'];
  /** Reachable by other users: no ancestor without `x` for others. /run/hearth, say. */
  readonly runDirectory: string;
  readonly dataDirectory: string;
  /** Unique among all runs of this host; letters and digits. */
  readonly runId: string;
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
  if (options.driver === 'process') return openProcessDriver(options, 'as asked for');
  const report = options.host ?? probeHost();
  const host = report.bubblewrap;
  const cgroups = host === undefined ? undefined : prepareCgroups(host.cgroups);
  if (host !== undefined && cgroups?.version !== undefined) {
    const [{ bubblewrapDriver }, { cleanUpPreviousRuns }] = await Promise.all([
      import('./bubblewrap-driver.ts'),
      import('./previous-runs.ts'),
    ]);
    await cleanUpPreviousRuns(options);
    return bubblewrapDriver({ ...options, host });
  }
  const missing = report.facts.filter(({ verdict }) => verdict === 'missing').map(({ name, found }) => `${name}: ${found}`);
  if (cgroups?.version === undefined && cgroups !== undefined) missing.push(`control groups: ${cgroups.reason}`);
  const reason = missing.join('; ');
  if (options.driver === 'bubblewrap') throw new Error(`bubblewrap cannot be used here: ${reason}`);
  return openProcessDriver(options, reason);
}

async function openProcessDriver(options: ChooseDriverOptions, reason: string): Promise<SandboxDriver> {
  const { processDriver } = await import('./process-driver.ts');
  return processDriver({ reason, clock: options.clock, logger: options.logger });
}
