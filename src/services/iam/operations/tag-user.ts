import type { TagUserRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { tagsOf, withTags } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function tagUser(directory: IamDirectory): Operation<TagUserRequest, object> {
  return async ({ UserName, Tags }, { caller }) => {
    await directory.change({ kind: 'user', accountId: caller.accountId, name: given(UserName) }, (user) => withTags(user, tagsOf(Tags)));
    return {};
  };
}
