import type { UntagPolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { policyAddress } from '../policy-address.ts';
import { withoutTags } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function untagPolicy(directory: IamDirectory): Operation<UntagPolicyRequest, object> {
  return async ({ PolicyArn, TagKeys }, { caller }) => {
    const address = policyAddress(directory, given(PolicyArn), caller.accountId);
    await directory.change(address, (policy) => withoutTags(policy, given(TagKeys)));
    return {};
  };
}
