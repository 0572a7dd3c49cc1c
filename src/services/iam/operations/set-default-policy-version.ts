import type { SetDefaultPolicyVersionRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import { wholeSecond } from '../iam-record.ts';
import { policyAddress, policyVersion } from '../policy-address.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function setDefaultPolicyVersion(
  directory: IamDirectory,
  { clock }: { readonly clock: Clock },
): Operation<SetDefaultPolicyVersionRequest, object> {
  return async ({ PolicyArn, VersionId }, { caller }) => {
    const updatedAtMs = wholeSecond(clock.wallMs());
    await directory.change(policyAddress(directory, given(PolicyArn), caller.accountId), (policy) => {
      const defaultVersionId = policyVersion(policy, given(VersionId)).id;
      return { ...policy, defaultVersionId, updatedAtMs };
    });
    return {};
  };
}
