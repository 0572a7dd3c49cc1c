import type { PutRolePermissionsBoundaryRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function putRolePermissionsBoundary(directory: IamDirectory): Operation<PutRolePermissionsBoundaryRequest, object> {
  return async ({ RoleName, PermissionsBoundary }, { caller }) => {
    const boundaryArn = given(PermissionsBoundary);
    await directory.change({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) => {
      directory.getAttachablePolicy(boundaryArn, caller.accountId);
      return { ...role, boundaryArn };
    });
    return {};
  };
}
