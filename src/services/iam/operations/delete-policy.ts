import type { DeletePolicyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { deleteConflict } from '../iam-errors.ts';
import { policyAddress } from '../policy-address.ts';
import { policyUses } from '../policy-use.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function deletePolicy(directory: IamDirectory): Operation<DeletePolicyRequest, object> {
  return async ({ PolicyArn }, { caller }) => {
    await directory.remove(policyAddress(directory, given(PolicyArn), caller.accountId), (policy) => {
      const { attachments, boundaries } = policyUses(directory, caller.accountId)(policy);
      if (attachments + boundaries > 0) throw deleteConflict('Cannot delete a policy attached to entities.');
      if (policy.versions.length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
            'The default version is deleted with the policy.',
        );
      }
    });
    return {};
  };
}
