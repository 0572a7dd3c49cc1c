import type { ListRolePoliciesRequest, ListRolePoliciesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { pageOf } from '../pagination.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function listRolePolicies(directory: IamDirectory): Operation<ListRolePoliciesRequest, ListRolePoliciesResponse> {
  return (input, { caller }) => {
    const role = directory.get('role', caller.accountId, given(input.RoleName));
    const names = role.inlinePolicies.map((policy) => policy.name);
    const { items, ...position } = pageOf(names, (name) => name, input);
    return { PolicyNames: items, ...position };
  };
}
