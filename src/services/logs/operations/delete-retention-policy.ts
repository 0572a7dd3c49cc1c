import type { DeleteRetentionPolicyCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { requestedGroup, withoutRetention } from '../log-group.ts';
import type { LogGroups } from '../log-groups.ts';
import { groupNotFound } from '../logs-errors.ts';

export interface DeleteRetentionPolicyDependencies {
  readonly groups: Pick<LogGroups, 'change'>;
}

export function deleteRetentionPolicy(deps: DeleteRetentionPolicyDependencies): Operation<DeleteRetentionPolicyCommandInput, void> {
  return async (input, context) => {
    const changed = await deps.groups.change(requestedGroup(input, context), withoutRetention);
    if (changed === undefined) throw groupNotFound();
  };
}
