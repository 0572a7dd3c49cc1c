import type { TagPolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { policyAddress } from '../policy-address.ts';
import { tagsOf, withTags } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function tagPolicy(directory: IamDirectory): Operation<TagPolicyRequest, object> {
  return async ({ PolicyArn, Tags }, { caller }) => {
    const address = policyAddress(directory, given(PolicyArn), caller.accountId);
    await directory.change(address, (policy) => withTags(policy, tagsOf(Tags)));
    return {};
  };
}
