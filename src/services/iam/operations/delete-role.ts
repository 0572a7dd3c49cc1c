import type { DeleteRoleRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { deleteConflict } from '../iam-errors.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function deleteRole(directory: IamDirectory): Operation<DeleteRoleRequest, object> {
  return async ({ RoleName }, { caller }) => {
    await directory.remove({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) => {
      if (role.attachedPolicyArns.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
      if (role.inlinePolicies.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
    });
    return {};
  };
}
