import type { TagResourceCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { taggedGroup, withTags } from '../group-tags.ts';
import type { LogGroups } from '../log-groups.ts';
import { resourceNotFound } from '../logs-errors.ts';

export interface TagResourceDependencies {
  readonly groups: Pick<LogGroups, 'change'>;
}

export function tagResource(deps: TagResourceDependencies): Operation<TagResourceCommandInput, void> {
  return async (input) => {
    const changed = await deps.groups.change(taggedGroup(input.resourceArn), (group) => withTags(group, input.tags ?? {}));
    if (changed === undefined) throw resourceNotFound();
  };
}
