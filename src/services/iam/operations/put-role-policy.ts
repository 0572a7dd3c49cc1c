import type { PutRolePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withInlinePolicy } from '../policy-holder.ts';
import { checkIdentityPolicy } from '../policy-validation.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function putRolePolicy(directory: IamDirectory): Operation<PutRolePolicyRequest, object> {
  return async ({ RoleName, PolicyName, PolicyDocument }, { caller }) => {
    const policy = { name: given(PolicyName), document: given(PolicyDocument) };
    checkIdentityPolicy(policy.document);
    await directory.change({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) => withInlinePolicy(role, policy));
    return {};
  };
}
