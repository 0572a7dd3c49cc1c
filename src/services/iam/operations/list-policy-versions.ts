import type { ListPolicyVersionsRequest, ListPolicyVersionsResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { policyVersionShape } from '../iam-shapes.ts';
import { pageOf } from '../pagination.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

/** Newest first. */
export function listPolicyVersions(directory: IamDirectory): Operation<ListPolicyVersionsRequest, ListPolicyVersionsResponse> {
  return (input, { caller }) => {
    const policy = directory.getPolicy(given(input.PolicyArn), caller.accountId);
    const { versions } = policy;
    const { items, ...position } = pageOf(versions, (version) => String(versions.indexOf(version)), input);
    return { Versions: items.map((version) => policyVersionShape(policy, version)), ...position };
  };
}
