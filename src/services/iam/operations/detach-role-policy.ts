import type { DetachRolePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withoutAttachedPolicy } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function detachRolePolicy(directory: IamDirectory): Operation<DetachRolePolicyRequest, object> {
  return async ({ RoleName, PolicyArn }, { caller }) => {
    await directory.change({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) =>
      withoutAttachedPolicy(role, given(PolicyArn)),
    );
    return {};
  };
}
