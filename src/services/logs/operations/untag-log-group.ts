import type { UntagLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { withoutTags } from '../group-tags.ts';
import { requestedGroup } from '../log-group.ts';
import type { LogGroups } from '../log-groups.ts';
import { groupNotFound } from '../logs-errors.ts';

export interface UntagLogGroupDependencies {
  readonly groups: Pick<LogGroups, 'change'>;
}

export function untagLogGroup(deps: UntagLogGroupDependencies): Operation<UntagLogGroupCommandInput, void> {
  return async (input, context) => {
    const changed = await deps.groups.change(requestedGroup(input, context), (group) => withoutTags(group, input.tags ?? []));
    if (changed === undefined) throw groupNotFound();
  };
}
