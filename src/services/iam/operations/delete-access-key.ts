import type { DeleteAccessKeyRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { accessKeyOf, callingUser } from '../calling-user.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function deleteAccessKey(directory: IamDirectory): Operation<DeleteAccessKeyRequest, object> {
  return async ({ UserName, AccessKeyId }, { caller }) => {
    await directory.change({ kind: 'user', accountId: caller.accountId, name: UserName ?? callingUser(caller) }, (user) => {
      const key = accessKeyOf(user, given(AccessKeyId));
      return { ...user, accessKeys: user.accessKeys.filter((each) => each !== key) };
    });
    return {};
  };
}
