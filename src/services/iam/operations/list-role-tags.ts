import type { ListRoleTagsRequest, ListRoleTagsResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { tagShapes } from '../iam-shapes.ts';
import { pageOf } from '../pagination.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function listRoleTags(directory: IamDirectory): Operation<ListRoleTagsRequest, ListRoleTagsResponse> {
  return (input, { caller }) => {
    const role = directory.get('role', caller.accountId, given(input.RoleName));
    const { items, ...position } = pageOf(role.tags, (tag) => tag.key, input);
    return { Tags: tagShapes(items), ...position };
  };
}
