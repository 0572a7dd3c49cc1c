import type { TagRoleRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { tagsOf, withTags } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function tagRole(directory: IamDirectory): Operation<TagRoleRequest, object> {
  return async ({ RoleName, Tags }, { caller }) => {
    await directory.change({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) => withTags(role, tagsOf(Tags)));
    return {};
  };
}
