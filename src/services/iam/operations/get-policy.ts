import type { GetPolicyRequest, GetPolicyResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { policyShape } from '../iam-shapes.ts';
import { policyUses } from '../policy-use.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function getPolicy(directory: IamDirectory): Operation<GetPolicyRequest, GetPolicyResponse> {
  return ({ PolicyArn }, { caller }) => {
    const policy = directory.getPolicy(given(PolicyArn), caller.accountId);
    return { Policy: policyShape(policy, policyUses(directory, caller.accountId)(policy)) };
  };
}
