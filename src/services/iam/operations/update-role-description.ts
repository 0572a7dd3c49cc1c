import type { UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { roleShape } from '../iam-shapes.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function updateRoleDescription(directory: IamDirectory): Operation<UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse> {
  return async ({ RoleName, Description }, { caller }) => {
    const address = { kind: 'role', accountId: caller.accountId, name: given(RoleName) } as const;
    return { Role: roleShape(await directory.change(address, (role) => ({ ...role, description: given(Description) }))) };
  };
}
