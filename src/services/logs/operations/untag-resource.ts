import type { UntagResourceCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { taggedGroup, withoutTags } from '../group-tags.ts';
import type { LogGroups } from '../log-groups.ts';
import { resourceNotFound } from '../logs-errors.ts';

export interface UntagResourceDependencies {
  readonly groups: Pick<LogGroups, 'change'>;
}

export function untagResource(deps: UntagResourceDependencies): Operation<UntagResourceCommandInput, void> {
  return async (input) => {
    const changed = await deps.groups.change(taggedGroup(input.resourceArn), (group) => withoutTags(group, input.tagKeys ?? []));
    if (changed === undefined) throw resourceNotFound();
  };
}
