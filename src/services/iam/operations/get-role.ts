import type { GetRoleRequest, GetRoleResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { roleShape } from '../iam-shapes.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function getRole(directory: IamDirectory): Operation<GetRoleRequest, GetRoleResponse> {
  return ({ RoleName }, { caller }) => ({ Role: roleShape(directory.get('role', caller.accountId, given(RoleName))) });
}
