import type { ListTagsLogGroupCommandInput, ListTagsLogGroupResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { requestedGroup } from '../log-group.ts';
import type { LogGroups } from '../log-groups.ts';
import { groupNotFound } from '../logs-errors.ts';

export interface ListTagsLogGroupDependencies {
  readonly groups: Pick<LogGroups, 'find'>;
}

export function listTagsLogGroup(deps: ListTagsLogGroupDependencies): Operation<ListTagsLogGroupCommandInput, ListTagsLogGroupResponse> {
  return (input, context) => {
    const group = deps.groups.find(requestedGroup(input, context));
    if (group === undefined) throw groupNotFound();
    return { tags: group.tags };
  };
}
