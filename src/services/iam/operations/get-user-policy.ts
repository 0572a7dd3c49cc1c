import type { GetUserPolicyRequest, GetUserPolicyResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { encodeDocument } from '../iam-shapes.ts';
import { inlinePolicy } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function getUserPolicy(directory: IamDirectory): Operation<GetUserPolicyRequest, GetUserPolicyResponse> {
  return ({ UserName, PolicyName }, { caller }) => {
    const user = directory.get('user', caller.accountId, given(UserName));
    const policy = inlinePolicy(user, given(PolicyName));
    return { UserName: user.name, PolicyName: policy.name, PolicyDocument: encodeDocument(policy.document) };
  };
}
