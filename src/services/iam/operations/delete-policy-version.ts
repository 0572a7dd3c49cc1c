import type { DeletePolicyVersionRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { deleteConflict } from '../iam-errors.ts';
import { policyAddress, policyVersion } from '../policy-address.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function deletePolicyVersion(directory: IamDirectory): Operation<DeletePolicyVersionRequest, object> {
  return async ({ PolicyArn, VersionId }, { caller }) => {
    await directory.change(policyAddress(directory, given(PolicyArn), caller.accountId), (policy) => {
      const version = policyVersion(policy, given(VersionId));
      if (version.id === policy.defaultVersionId) throw deleteConflict('Cannot delete the default version of a policy.');
      return { ...policy, versions: policy.versions.filter((each) => each !== version) };
    });
    return {};
  };
}
