import type { ListTagsForResourceCommandInput, ListTagsForResourceResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { taggedGroup } from '../group-tags.ts';
import type { LogGroups } from '../log-groups.ts';
import { resourceNotFound } from '../logs-errors.ts';

export interface ListTagsForResourceDependencies {
  readonly groups: Pick<LogGroups, 'find'>;
}

export function listTagsForResource(
  deps: ListTagsForResourceDependencies,
): Operation<ListTagsForResourceCommandInput, ListTagsForResourceResponse> {
  return (input) => {
    const group = deps.groups.find(taggedGroup(input.resourceArn));
    if (group === undefined) throw resourceNotFound();
    return { tags: group.tags };
  };
}
