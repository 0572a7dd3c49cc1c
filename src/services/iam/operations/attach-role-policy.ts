import type { AttachRolePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withAttachedPolicy } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function attachRolePolicy(directory: IamDirectory): Operation<AttachRolePolicyRequest, object> {
  return async ({ RoleName, PolicyArn }, { caller }) => {
    await directory.change({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) => {
      directory.getAttachablePolicy(given(PolicyArn), caller.accountId);
      return withAttachedPolicy(role, given(PolicyArn));
    });
    return {};
  };
}
