import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { OperationTable, Service } from '#aws/service.ts';
import type { LogStore } from './log-store.ts';
import { LOGS_OPERATIONS } from './operations.ts';
import { logsPermissions } from './permissions.ts';

export interface LogsDependencies {
  readonly store: LogStore;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** The CloudWatch Logs API. */
export function logsService({ store, clock, ids }: LogsDependencies): Service {
  const dependencies = { store, groups: store.groups, clock, ids };
  const operations: OperationTable = Object.fromEntries(
    Object.entries(LOGS_OPERATIONS).map(([name, factory]) => [name, factory(dependencies)]),
  );
  return { name: 'logs', operations, permissions: logsPermissions };
}
