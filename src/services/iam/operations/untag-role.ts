import type { UntagRoleRequest } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { withoutTags } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function untagRole(directory: IamDirectory): Operation<UntagRoleRequest, object> {
  return async ({ RoleName, TagKeys }, { caller }) => {
    await directory.change({ kind: 'role', accountId: caller.accountId, name: given(RoleName) }, (role) =>
      withoutTags(role, given(TagKeys)),
    );
    return {};
  };
}
