import type { PutLogGroupDeletionProtectionCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { requestedGroup } from '../log-group.ts';
import type { LogGroups } from '../log-groups.ts';
import { groupNotFound } from '../logs-errors.ts';

export interface PutLogGroupDeletionProtectionDependencies {
  readonly groups: Pick<LogGroups, 'change'>;
}

export function putLogGroupDeletionProtection(
  deps: PutLogGroupDeletionProtectionDependencies,
): Operation<PutLogGroupDeletionProtectionCommandInput, void> {
  return async (input, context) => {
    const deletionProtected = input.deletionProtectionEnabled ?? false;
    const changed = await deps.groups.change(requestedGroup(input, context), (group) => ({ ...group, deletionProtected }));
    if (changed === undefined) throw groupNotFound();
  };
}
