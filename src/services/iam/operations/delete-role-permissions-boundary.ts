import type { DeleteRolePermissionsBoundaryRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withoutBoundary } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function deleteRolePermissionsBoundary(directory: IamDirectory): Operation<DeleteRolePermissionsBoundaryRequest, object> {
  return async ({ RoleName }, { caller }) => {
    await directory.change({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) => withoutBoundary(role));
    return {};
  };
}
