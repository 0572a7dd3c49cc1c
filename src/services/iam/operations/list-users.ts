import type { ListUsersRequest, ListUsersResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { listedUserShape } from '../iam-shapes.ts';
import { pageOf } from '../pagination.ts';
import type { IamDirectory } from '../iam-directory.ts';

export function listUsers(directory: IamDirectory): Operation<ListUsersRequest, ListUsersResponse> {
  return (input, { caller }) => {
    const { items, ...position } = pageOf(directory.list('user', caller.accountId, input.PathPrefix), (user) => user.name, input);
    return { Users: items.map(listedUserShape), ...position };
  };
}
