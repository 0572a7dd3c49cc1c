import type { DetachUserPolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withoutAttachedPolicy } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function detachUserPolicy(directory: IamDirectory): Operation<DetachUserPolicyRequest, object> {
  return async ({ UserName, PolicyArn }, { caller }) => {
    await directory.change({ kind: 'user', accountId: caller.accountId, name: given(UserName) }, (user) =>
      withoutAttachedPolicy(user, given(PolicyArn)),
    );
    return {};
  };
}
