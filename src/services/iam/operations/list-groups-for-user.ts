import type { ListGroupsForUserRequest, ListGroupsForUserResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

/** There are no groups yet; tools ask before they delete a user. */
export function listGroupsForUser(directory: IamDirectory): Operation<ListGroupsForUserRequest, ListGroupsForUserResponse> {
  return ({ UserName }, { caller }) => {
    directory.get('user', caller.accountId, given(UserName));
    return { Groups: [], IsTruncated: false };
  };
}
