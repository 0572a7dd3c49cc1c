import type { ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { attachedPolicyShape } from '../iam-shapes.ts';
import { pageOf } from '../pagination.ts';
import { pathOfPolicy } from '../iam-record.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function listAttachedUserPolicies(
  directory: IamDirectory,
): Operation<ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse> {
  return (input, { caller }) => {
    const user = directory.get('user', caller.accountId, given(input.UserName));
    const arns = user.attachedPolicyArns.filter((arn) => pathOfPolicy(arn).startsWith(input.PathPrefix ?? '/'));
    const { items, ...position } = pageOf(arns, (arn) => arn, input);
    return { AttachedPolicies: items.map(attachedPolicyShape), ...position };
  };
}
