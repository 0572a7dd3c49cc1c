import type { TagLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { withTags } from '../group-tags.ts';
import { requestedGroup } from '../log-group.ts';
import type { LogGroups } from '../log-groups.ts';
import { groupNotFound } from '../logs-errors.ts';

export interface TagLogGroupDependencies {
  readonly groups: Pick<LogGroups, 'change'>;
}

export function tagLogGroup(deps: TagLogGroupDependencies): Operation<TagLogGroupCommandInput, void> {
  return async (input, context) => {
    const changed = await deps.groups.change(requestedGroup(input, context), (group) => withTags(group, input.tags ?? {}));
    if (changed === undefined) throw groupNotFound();
  };
}
