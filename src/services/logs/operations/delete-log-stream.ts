import type { DeleteLogStreamCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { requestedGroup } from '../log-group.ts';
import type { LogStore } from '../log-store.ts';
import { groupNotFound, streamNotFound } from '../logs-errors.ts';

export interface DeleteLogStreamDependencies {
  readonly store: Pick<LogStore, 'groups' | 'log'>;
}

export function deleteLogStream(deps: DeleteLogStreamDependencies): Operation<DeleteLogStreamCommandInput, void> {
  return async (input, context) => {
    const group = deps.store.groups.find(requestedGroup(input, context));
    if (group === undefined) throw groupNotFound();
    if (!(await deps.store.log(group).deleteTrack(input.logStreamName ?? ''))) throw streamNotFound();
  };
}
