import type { PutRetentionPolicyCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { requestedGroup, RETENTION_DAYS } from '../log-group.ts';
import type { LogGroups } from '../log-groups.ts';
import { groupNotFound, invalidParameter } from '../logs-errors.ts';

export interface PutRetentionPolicyDependencies {
  readonly groups: Pick<LogGroups, 'change'>;
}

/** Older events are hidden at once; their storage is freed in the background. */
export function putRetentionPolicy(deps: PutRetentionPolicyDependencies): Operation<PutRetentionPolicyCommandInput, void> {
  return async (input, context) => {
    const retentionDays = input.retentionInDays ?? 0;
    if (!RETENTION_DAYS.includes(retentionDays)) {
      throw invalidParameter(
        `1 validation error detected: Value '${retentionDays}' at 'retentionInDays' failed to satisfy constraint: ` +
          `Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
      );
    }
    const changed = await deps.groups.change(requestedGroup(input, context), (group) => ({ ...group, retentionDays }));
    if (changed === undefined) throw groupNotFound();
  };
}
