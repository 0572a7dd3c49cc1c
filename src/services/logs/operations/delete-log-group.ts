import type { DeleteLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '#aws/errors.ts';
import type { Operation } from '#aws/service.ts';
import { requestedGroup } from '../log-group.ts';
import type { LogStore } from '../log-store.ts';
import { groupNotFound } from '../logs-errors.ts';

export interface DeleteLogGroupDependencies {
  readonly store: Pick<LogStore, 'deleteGroup' | 'groups'>;
}

export function deleteLogGroup(deps: DeleteLogGroupDependencies): Operation<DeleteLogGroupCommandInput, void> {
  return async (input, context) => {
    const place = requestedGroup(input, context);
    if (deps.store.groups.find(place)?.deletionProtected === true) {
      throw new AwsError('ValidationException', 'The log group cannot be deleted because deletion protection is enabled for it.');
    }
    if (!(await deps.store.deleteGroup(place))) throw groupNotFound();
  };
}
