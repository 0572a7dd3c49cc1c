import type { ListAccessKeysRequest, ListAccessKeysResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { callingUser } from '../calling-user.ts';
import { pageOf } from '../pagination.ts';
import type { IamDirectory } from '../iam-directory.ts';

export function listAccessKeys(directory: IamDirectory): Operation<ListAccessKeysRequest, ListAccessKeysResponse> {
  return (input, { caller }) => {
    const user = directory.get('user', caller.accountId, input.UserName ?? callingUser(caller));
    const { items, ...position } = pageOf(user.accessKeys, (key) => key.id, input);
    const shapes = items.map((key) => ({
      UserName: user.name,
      AccessKeyId: key.id,
      Status: key.active ? ('Active' as const) : ('Inactive' as const),
      CreateDate: new Date(key.createdAtMs),
    }));
    return { AccessKeyMetadata: shapes, ...position };
  };
}
