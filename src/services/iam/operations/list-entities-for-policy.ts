import type { ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { arnOf } from '../iam-record.ts';
import { pageOf } from '../pagination.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function listEntitiesForPolicy(directory: IamDirectory): Operation<ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse> {
  return (input, { caller }) => {
    const arn = arnOf(directory.getPolicy(given(input.PolicyArn), caller.accountId));
    const filter = input.EntityFilter;
    const roles = filter === undefined || filter === 'Role' ? directory.list('role', caller.accountId, input.PathPrefix) : [];
    const users = filter === undefined || filter === 'User' ? directory.list('user', caller.accountId, input.PathPrefix) : [];
    const using = [...roles, ...users].filter(({ attachedPolicyArns, boundaryArn }) => {
      const attached = input.PolicyUsageFilter !== 'PermissionsBoundary' && attachedPolicyArns.includes(arn);
      return attached || (input.PolicyUsageFilter !== 'PermissionsPolicy' && boundaryArn === arn);
    });
    const { items, ...position } = pageOf(using, (holder) => `${holder.kind}/${holder.name}`, input);
    return {
      PolicyGroups: [],
      PolicyUsers: items.filter(({ kind }) => kind === 'user').map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: items.filter(({ kind }) => kind === 'role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...position,
    };
  };
}
