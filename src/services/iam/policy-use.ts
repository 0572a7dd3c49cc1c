import type { IamDirectory } from './iam-directory.ts';
import type { PolicyRecord } from './iam-record.ts';
import { arnOf } from './iam-record.ts';

export interface PolicyUse {
  readonly attachments: number;
  readonly boundaries: number;
}

/** How often roles and users of the account use each policy, by ARN. */
export function policyUses(directory: IamDirectory, accountId: string): (policy: PolicyRecord) => PolicyUse {
  const attachments = new Map<string, number>();
  const boundaries = new Map<string, number>();
  const count = (counts: Map<string, number>, arn: string): unknown => counts.set(arn, (counts.get(arn) ?? 0) + 1);
  for (const holder of [...directory.list('role', accountId), ...directory.list('user', accountId)]) {
    for (const arn of holder.attachedPolicyArns) count(attachments, arn);
    if (holder.boundaryArn !== undefined) count(boundaries, holder.boundaryArn);
  }
  return (policy) => {
    const arn = arnOf(policy);
    return { attachments: attachments.get(arn) ?? 0, boundaries: boundaries.get(arn) ?? 0 };
  };
}
