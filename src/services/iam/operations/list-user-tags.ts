import type { ListUserTagsRequest, ListUserTagsResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { tagShapes } from '../iam-shapes.ts';
import { pageOf } from '../pagination.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function listUserTags(directory: IamDirectory): Operation<ListUserTagsRequest, ListUserTagsResponse> {
  return (input, { caller }) => {
    const user = directory.get('user', caller.accountId, given(input.UserName));
    const { items, ...position } = pageOf(user.tags, (tag) => tag.key, input);
    return { Tags: tagShapes(items), ...position };
  };
}
