import type { ListUserPoliciesRequest, ListUserPoliciesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { pageOf } from '../pagination.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function listUserPolicies(directory: IamDirectory): Operation<ListUserPoliciesRequest, ListUserPoliciesResponse> {
  return (input, { caller }) => {
    const user = directory.get('user', caller.accountId, given(input.UserName));
    const names = user.inlinePolicies.map((policy) => policy.name);
    const { items, ...position } = pageOf(names, (name) => name, input);
    return { PolicyNames: items, ...position };
  };
}
