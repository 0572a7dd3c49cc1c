import { readFileSync } from 'node:fs';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { findCgroups, openCgroups } from './cgroup-layout.ts';
import { removeRunDirectories } from './run-directories.ts';
import type { RunPlace } from './run-directories.ts';
import { RunRegistry } from './run-registry.ts';

/** Begins the name of every control group of this run. The dash keeps run `a` from matching run `ab`. */
export function cgroupPrefix(runId: string): string {
  return `hearth-${runId}-`;
}

/**
 * Fences earlier runs that used this run directory and are dead: kills what still runs in their control groups, and removes the
 * groups, mounts and files that they left. A run whose process lives is left alone. Call it before a driver is made.
 */
export async function cleanUpPreviousRuns(options: RunPlace & { readonly clock: Clock; readonly logger: Logger }): Promise<void> {
  const registry = new RunRegistry(options.runDirectory);
  const layout = findCgroups(readFileSync('/proc/self/mountinfo', 'utf8'));
  for (const runId of registry.dead()) {
    options.logger.info('cleaning up after an earlier run', { runId });
    if (layout.version !== undefined) await openCgroups(layout, options.clock).removeAll(cgroupPrefix(runId));
    await removeRunDirectories(options, runId);
    registry.forget(runId);
  }
}
