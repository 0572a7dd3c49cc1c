import type { DeleteUserPermissionsBoundaryRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withoutBoundary } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function deleteUserPermissionsBoundary(directory: IamDirectory): Operation<DeleteUserPermissionsBoundaryRequest, object> {
  return async ({ UserName }, { caller }) => {
    await directory.change({ kind: 'user', accountId: caller.accountId, name: given(UserName) }, (user) => withoutBoundary(user));
    return {};
  };
}
