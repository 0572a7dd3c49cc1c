import type { DeleteUserRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { deleteConflict } from '../iam-errors.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function deleteUser(directory: IamDirectory): Operation<DeleteUserRequest, object> {
  return async ({ UserName }, { caller }) => {
    await directory.remove({ kind: 'user', accountId: caller.accountId, name: given(UserName) }, (user) => {
      if (user.attachedPolicyArns.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
      if (user.inlinePolicies.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
      if (user.accessKeys.length > 0) throw deleteConflict('Cannot delete entity, must delete access keys first.');
    });
    return {};
  };
}
