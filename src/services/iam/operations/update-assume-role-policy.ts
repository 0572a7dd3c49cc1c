import type { UpdateAssumeRolePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { checkTrustPolicy } from '../policy-validation.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function updateAssumeRolePolicy(directory: IamDirectory): Operation<UpdateAssumeRolePolicyRequest, object> {
  return async ({ RoleName, PolicyDocument }, { caller }) => {
    const trustPolicy = given(PolicyDocument);
    checkTrustPolicy(trustPolicy);
    await directory.change({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) => ({ ...role, trustPolicy }));
    return {};
  };
}
