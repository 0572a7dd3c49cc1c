import type { PutUserPolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withInlinePolicy } from '../policy-holder.ts';
import { checkIdentityPolicy } from '../policy-validation.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function putUserPolicy(directory: IamDirectory): Operation<PutUserPolicyRequest, object> {
  return async ({ UserName, PolicyName, PolicyDocument }, { caller }) => {
    const policy = { name: given(PolicyName), document: given(PolicyDocument) };
    checkIdentityPolicy(policy.document);
    await directory.change({ kind: 'user', accountId: caller.accountId, name: given(UserName) }, (user) => withInlinePolicy(user, policy));
    return {};
  };
}
