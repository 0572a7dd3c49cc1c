import type { CreateLogStreamCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { requestedGroup } from '../log-group.ts';
import type { LogStore } from '../log-store.ts';
import { groupNotFound, streamExists } from '../logs-errors.ts';

export interface CreateLogStreamDependencies {
  readonly store: Pick<LogStore, 'groups' | 'log'>;
}

export function createLogStream(deps: CreateLogStreamDependencies): Operation<CreateLogStreamCommandInput, void> {
  return async (input, context) => {
    const group = deps.store.groups.find(requestedGroup(input, context));
    if (group === undefined) throw groupNotFound();
    if (!(await deps.store.log(group).createTrack(input.logStreamName ?? ''))) throw streamExists();
  };
}
