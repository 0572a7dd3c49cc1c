import type { GetRolePolicyRequest, GetRolePolicyResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { encodeDocument } from '../iam-shapes.ts';
import { inlinePolicy } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function getRolePolicy(directory: IamDirectory): Operation<GetRolePolicyRequest, GetRolePolicyResponse> {
  return ({ RoleName, PolicyName }, { caller }) => {
    const role = directory.get('role', caller.accountId, given(RoleName));
    const policy = inlinePolicy(role, given(PolicyName));
    return { RoleName: role.name, PolicyName: policy.name, PolicyDocument: encodeDocument(policy.document) };
  };
}
