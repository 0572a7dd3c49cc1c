import type { GetPolicyVersionRequest, GetPolicyVersionResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { encodeDocument, policyVersionShape } from '../iam-shapes.ts';
import { policyVersion } from '../policy-address.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function getPolicyVersion(directory: IamDirectory): Operation<GetPolicyVersionRequest, GetPolicyVersionResponse> {
  return ({ PolicyArn, VersionId }, { caller }) => {
    const policy = directory.getPolicy(given(PolicyArn), caller.accountId);
    const version = policyVersion(policy, given(VersionId));
    return { PolicyVersion: { Document: encodeDocument(version.document), ...policyVersionShape(policy, version) } };
  };
}
