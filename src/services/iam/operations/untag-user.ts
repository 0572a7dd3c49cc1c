import type { UntagUserRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withoutTags } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function untagUser(directory: IamDirectory): Operation<UntagUserRequest, object> {
  return async ({ UserName, TagKeys }, { caller }) => {
    await directory.change({ kind: 'user', accountId: caller.accountId, name: given(UserName) }, (user) =>
      withoutTags(user, given(TagKeys)),
    );
    return {};
  };
}
