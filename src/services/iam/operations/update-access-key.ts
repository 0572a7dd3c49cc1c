import type { UpdateAccessKeyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { accessKeyOf, callingUser } from '../calling-user.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function updateAccessKey(directory: IamDirectory): Operation<UpdateAccessKeyRequest, object> {
  return async ({ UserName, AccessKeyId, Status }, { caller }) => {
    await directory.change({ kind: 'user', accountId: caller.accountId, name: UserName ?? callingUser(caller) }, (user) => {
      const key = accessKeyOf(user, given(AccessKeyId));
      const next = { ...key, active: Status === 'Active' };
      return { ...user, accessKeys: user.accessKeys.map((each) => (each === key ? next : each)) };
    });
    return {};
  };
}
