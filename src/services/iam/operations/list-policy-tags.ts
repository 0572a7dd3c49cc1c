import type { ListPolicyTagsRequest, ListPolicyTagsResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { tagShapes } from '../iam-shapes.ts';
import { pageOf } from '../pagination.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function listPolicyTags(directory: IamDirectory): Operation<ListPolicyTagsRequest, ListPolicyTagsResponse> {
  return (input, { caller }) => {
    const policy = directory.getPolicy(given(input.PolicyArn), caller.accountId);
    const { items, ...position } = pageOf(policy.tags, (tag) => tag.key, input);
    return { Tags: tagShapes(items), ...position };
  };
}
