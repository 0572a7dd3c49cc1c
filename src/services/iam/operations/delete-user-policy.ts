import type { DeleteUserPolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withoutInlinePolicy } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function deleteUserPolicy(directory: IamDirectory): Operation<DeleteUserPolicyRequest, object> {
  return async ({ UserName, PolicyName }, { caller }) => {
    await directory.change({ kind: 'user', accountId: caller.accountId, name: given(UserName) }, (user) =>
      withoutInlinePolicy(user, given(PolicyName)),
    );
    return {};
  };
}
