import type { ListRolesRequest, ListRolesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { listedRoleShape } from '../iam-shapes.ts';
import { pageOf } from '../pagination.ts';
import type { IamDirectory } from '../iam-directory.ts';

export function listRoles(directory: IamDirectory): Operation<ListRolesRequest, ListRolesResponse> {
  return (input, { caller }) => {
    const { items, ...position } = pageOf(directory.list('role', caller.accountId, input.PathPrefix), (role) => role.name, input);
    return { Roles: items.map(listedRoleShape), ...position };
  };
}
