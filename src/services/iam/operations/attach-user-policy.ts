import type { AttachUserPolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withAttachedPolicy } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function attachUserPolicy(directory: IamDirectory): Operation<AttachUserPolicyRequest, object> {
  return async ({ UserName, PolicyArn }, { caller }) => {
    await directory.change({ kind: 'user', accountId: caller.accountId, name: given(UserName) }, (user) => {
      directory.getAttachablePolicy(given(PolicyArn), caller.accountId);
      return withAttachedPolicy(user, given(PolicyArn));
    });
    return {};
  };
}
