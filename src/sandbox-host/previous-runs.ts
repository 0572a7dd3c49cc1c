import { readFileSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { findCgroups, openCgroups } from './cgroup-layout.ts';
import { removeEgress } from './egress.ts';
import { removeRunDirectories } from './run-directories.ts';
import type { RunPlace } from './run-directories.ts';
import { RunRegistry } from './run-registry.ts';

/** Begins the name of every control group of this run. The dash keeps run `a` from matching run `ab`. */
export function cgroupPrefix(runId: string): string {
  return `hearth-${runId}-`;
}

export interface PreviousRunsOptions extends RunPlace {
  /** Path of nftables' command; without it no run can have changed the host's network. */
  readonly nft: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Fences earlier runs that used this run directory and are dead: kills what still runs in their control groups, and removes the
 * groups, mounts and files that they left. A run whose process lives is left alone. Call it before a driver is made. Several daemons
 * may clean up after the same run at once.
 */
export async function cleanUpPreviousRuns(options: PreviousRunsOptions): Promise<void> {
  const registry = new RunRegistry(options.runDirectory);
  const layout = findCgroups(readFileSync('/proc/self/mountinfo', 'utf8'));
  // By its own account of where it kept its data: daemons with different data folders share the run directory.
  for (const { runId, dataDirectory = options.dataDirectory } of registry.dead()) {
    options.logger.info('cleaning up after an earlier run', { runId });
    if (layout.version !== undefined) await openCgroups(layout, options.clock).removeAll(cgroupPrefix(runId));
    if (options.nft !== undefined) await removeEgress({ runDirectory: options.runDirectory, runId, nft: options.nft });
    await removeRunDirectories({ runDirectory: options.runDirectory, dataDirectory }, runId);
    registry.forget(runId);
  }
}
