import type { ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { attachedPolicyShape } from '../iam-shapes.ts';
import { pageOf } from '../pagination.ts';
import { pathOfPolicy } from '../iam-record.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function listAttachedRolePolicies(
  directory: IamDirectory,
): Operation<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse> {
  return (input, { caller }) => {
    const role = directory.get('role', caller.accountId, given(input.RoleName));
    const arns = role.attachedPolicyArns.filter((arn) => pathOfPolicy(arn).startsWith(input.PathPrefix ?? '/'));
    const { items, ...position } = pageOf(arns, (arn) => arn, input);
    return { AttachedPolicies: items.map(attachedPolicyShape), ...position };
  };
}
