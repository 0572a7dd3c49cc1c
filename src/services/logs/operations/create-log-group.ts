import type { CreateLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { checkTags } from '../group-tags.ts';
import type { LogGroups } from '../log-groups.ts';
import { groupExists, invalidParameter } from '../logs-errors.ts';

export interface CreateLogGroupDependencies {
  readonly groups: Pick<LogGroups, 'create'>;
}

export function createLogGroup(deps: CreateLogGroupDependencies): Operation<CreateLogGroupCommandInput, void> {
  return async (input, context) => {
    if (input.kmsKeyId !== undefined) throw invalidParameter('kmsKeyId is not supported: log events are stored unencrypted.');
    const tags = input.tags ?? {};
    const place = { accountId: context.caller.accountId, region: context.region, name: input.logGroupName ?? '' };
    checkTags(place, tags);
    const created = await deps.groups.create(place, {
      tags,
      groupClass: input.logGroupClass ?? 'STANDARD',
      deletionProtected: input.deletionProtectionEnabled ?? false,
    });
    if (created === undefined) throw groupExists();
  };
}
