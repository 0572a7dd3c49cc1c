import type { ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

/** There are no instances, so no profiles; tools ask before they delete a role. */
export function listInstanceProfilesForRole(
  directory: IamDirectory,
): Operation<ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse> {
  return ({ RoleName }, { caller }) => {
    directory.get('role', caller.accountId, given(RoleName));
    return { InstanceProfiles: [], IsTruncated: false };
  };
}
