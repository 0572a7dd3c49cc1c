import type { DeleteRolePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withoutInlinePolicy } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function deleteRolePolicy(directory: IamDirectory): Operation<DeleteRolePolicyRequest, object> {
  return async ({ RoleName, PolicyName }, { caller }) => {
    await directory.change({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) =>
      withoutInlinePolicy(role, given(PolicyName)),
    );
    return {};
  };
}
