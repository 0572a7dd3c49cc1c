import type { UpdateRoleRequest, UpdateRoleResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function updateRole(directory: IamDirectory): Operation<UpdateRoleRequest, UpdateRoleResponse> {
  return async ({ RoleName, Description, MaxSessionDuration }, { caller }) => {
    await directory.change({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) => ({
      ...role,
      ...(Description !== undefined && { description: Description }),
      ...(MaxSessionDuration !== undefined && { maxSessionSeconds: MaxSessionDuration }),
    }));
    return {};
  };
}
