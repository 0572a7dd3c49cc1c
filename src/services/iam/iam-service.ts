import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { lazily } from '#aws/lazy-operation.ts';
import type { OperationTable, Service } from '#aws/service.ts';
import type { IamDirectory } from './iam-directory.ts';
import { iamPermissions } from './iam-permissions.ts';

/** Roles, users, access keys and managed policies. Each operation is loaded when it is first called: most daemons call few. */
export function iamService({ directory, clock, ids }: IamServiceParts): Service {
  const operations: OperationTable = {
    AttachRolePolicy: lazily(async () => (await import('./operations/attach-role-policy.ts')).attachRolePolicy(directory)),
    AttachUserPolicy: lazily(async () => (await import('./operations/attach-user-policy.ts')).attachUserPolicy(directory)),
    CreateAccessKey: lazily(async () => (await import('./operations/create-access-key.ts')).createAccessKey(directory, { clock, ids })),
    CreatePolicyVersion: lazily(async () =>
      (await import('./operations/create-policy-version.ts')).createPolicyVersion(directory, { clock }),
    ),
    CreatePolicy: lazily(async () => (await import('./operations/create-policy.ts')).createPolicy(directory, { clock, ids })),
    CreateRole: lazily(async () => (await import('./operations/create-role.ts')).createRole(directory, { clock, ids })),
    CreateUser: lazily(async () => (await import('./operations/create-user.ts')).createUser(directory, { clock, ids })),
    DeleteAccessKey: lazily(async () => (await import('./operations/delete-access-key.ts')).deleteAccessKey(directory)),
    DeletePolicyVersion: lazily(async () => (await import('./operations/delete-policy-version.ts')).deletePolicyVersion(directory)),
    DeletePolicy: lazily(async () => (await import('./operations/delete-policy.ts')).deletePolicy(directory)),
    DeleteRolePermissionsBoundary: lazily(async () =>
      (await import('./operations/delete-role-permissions-boundary.ts')).deleteRolePermissionsBoundary(directory),
    ),
    DeleteRolePolicy: lazily(async () => (await import('./operations/delete-role-policy.ts')).deleteRolePolicy(directory)),
    DeleteRole: lazily(async () => (await import('./operations/delete-role.ts')).deleteRole(directory)),
    DeleteUserPermissionsBoundary: lazily(async () =>
      (await import('./operations/delete-user-permissions-boundary.ts')).deleteUserPermissionsBoundary(directory),
    ),
    DeleteUserPolicy: lazily(async () => (await import('./operations/delete-user-policy.ts')).deleteUserPolicy(directory)),
    DeleteUser: lazily(async () => (await import('./operations/delete-user.ts')).deleteUser(directory)),
    DetachRolePolicy: lazily(async () => (await import('./operations/detach-role-policy.ts')).detachRolePolicy(directory)),
    DetachUserPolicy: lazily(async () => (await import('./operations/detach-user-policy.ts')).detachUserPolicy(directory)),
    GetAccountSummary: lazily(async () => (await import('./operations/get-account-summary.ts')).getAccountSummary(directory)),
    GetPolicyVersion: lazily(async () => (await import('./operations/get-policy-version.ts')).getPolicyVersion(directory)),
    GetPolicy: lazily(async () => (await import('./operations/get-policy.ts')).getPolicy(directory)),
    GetRolePolicy: lazily(async () => (await import('./operations/get-role-policy.ts')).getRolePolicy(directory)),
    GetRole: lazily(async () => (await import('./operations/get-role.ts')).getRole(directory)),
    GetUserPolicy: lazily(async () => (await import('./operations/get-user-policy.ts')).getUserPolicy(directory)),
    GetUser: lazily(async () => (await import('./operations/get-user.ts')).getUser(directory)),
    ListAccessKeys: lazily(async () => (await import('./operations/list-access-keys.ts')).listAccessKeys(directory)),
    ListAttachedRolePolicies: lazily(async () =>
      (await import('./operations/list-attached-role-policies.ts')).listAttachedRolePolicies(directory),
    ),
    ListAttachedUserPolicies: lazily(async () =>
      (await import('./operations/list-attached-user-policies.ts')).listAttachedUserPolicies(directory),
    ),
    ListEntitiesForPolicy: lazily(async () => (await import('./operations/list-entities-for-policy.ts')).listEntitiesForPolicy(directory)),
    ListGroupsForUser: lazily(async () => (await import('./operations/list-groups-for-user.ts')).listGroupsForUser(directory)),
    ListInstanceProfilesForRole: lazily(async () =>
      (await import('./operations/list-instance-profiles-for-role.ts')).listInstanceProfilesForRole(directory),
    ),
    ListPolicies: lazily(async () => (await import('./operations/list-policies.ts')).listPolicies(directory)),
    ListPolicyTags: lazily(async () => (await import('./operations/list-policy-tags.ts')).listPolicyTags(directory)),
    ListPolicyVersions: lazily(async () => (await import('./operations/list-policy-versions.ts')).listPolicyVersions(directory)),
    ListRolePolicies: lazily(async () => (await import('./operations/list-role-policies.ts')).listRolePolicies(directory)),
    ListRoleTags: lazily(async () => (await import('./operations/list-role-tags.ts')).listRoleTags(directory)),
    ListRoles: lazily(async () => (await import('./operations/list-roles.ts')).listRoles(directory)),
    ListUserPolicies: lazily(async () => (await import('./operations/list-user-policies.ts')).listUserPolicies(directory)),
    ListUserTags: lazily(async () => (await import('./operations/list-user-tags.ts')).listUserTags(directory)),
    ListUsers: lazily(async () => (await import('./operations/list-users.ts')).listUsers(directory)),
    PutRolePermissionsBoundary: lazily(async () =>
      (await import('./operations/put-role-permissions-boundary.ts')).putRolePermissionsBoundary(directory),
    ),
    PutRolePolicy: lazily(async () => (await import('./operations/put-role-policy.ts')).putRolePolicy(directory)),
    PutUserPermissionsBoundary: lazily(async () =>
      (await import('./operations/put-user-permissions-boundary.ts')).putUserPermissionsBoundary(directory),
    ),
    PutUserPolicy: lazily(async () => (await import('./operations/put-user-policy.ts')).putUserPolicy(directory)),
    SetDefaultPolicyVersion: lazily(async () =>
      (await import('./operations/set-default-policy-version.ts')).setDefaultPolicyVersion(directory, { clock }),
    ),
    TagPolicy: lazily(async () => (await import('./operations/tag-policy.ts')).tagPolicy(directory)),
    TagRole: lazily(async () => (await import('./operations/tag-role.ts')).tagRole(directory)),
    TagUser: lazily(async () => (await import('./operations/tag-user.ts')).tagUser(directory)),
    UntagPolicy: lazily(async () => (await import('./operations/untag-policy.ts')).untagPolicy(directory)),
    UntagRole: lazily(async () => (await import('./operations/untag-role.ts')).untagRole(directory)),
    UntagUser: lazily(async () => (await import('./operations/untag-user.ts')).untagUser(directory)),
    UpdateAccessKey: lazily(async () => (await import('./operations/update-access-key.ts')).updateAccessKey(directory)),
    UpdateAssumeRolePolicy: lazily(async () =>
      (await import('./operations/update-assume-role-policy.ts')).updateAssumeRolePolicy(directory),
    ),
    UpdateRoleDescription: lazily(async () => (await import('./operations/update-role-description.ts')).updateRoleDescription(directory)),
    UpdateRole: lazily(async () => (await import('./operations/update-role.ts')).updateRole(directory)),
  };
  return {
    name: 'iam',
    operations,
    permissions: (operation, input, { caller }) => iamPermissions(directory, operation, input, caller),
  };
}

export interface IamServiceParts {
  readonly directory: IamDirectory;
  readonly clock: Clock;
  readonly ids: IdSource;
}
