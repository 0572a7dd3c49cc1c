import type { PutUserPermissionsBoundaryRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function putUserPermissionsBoundary(directory: IamDirectory): Operation<PutUserPermissionsBoundaryRequest, object> {
  return async ({ UserName, PermissionsBoundary }, { caller }) => {
    const boundaryArn = given(PermissionsBoundary);
    await directory.change({ kind: 'user', accountId: caller.accountId, name: given(UserName) }, (user) => {
      directory.getAttachablePolicy(boundaryArn, caller.accountId);
      return { ...user, boundaryArn };
    });
    return {};
  };
}
