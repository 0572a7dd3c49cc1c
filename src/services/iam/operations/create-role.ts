import type { CreateRoleRequest, CreateRoleResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { RoleRecord } from '../iam-record.ts';
import { wholeSecond } from '../iam-record.ts';
import { roleShape } from '../iam-shapes.ts';
import { tagsOf } from '../policy-holder.ts';
import { checkTrustPolicy } from '../policy-validation.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function createRole(
  directory: IamDirectory,
  { clock, ids }: { readonly clock: Clock; readonly ids: IdSource },
): Operation<CreateRoleRequest, CreateRoleResponse> {
  return async (input, { caller }) => {
    const trustPolicy = given(input.AssumeRolePolicyDocument);
    checkTrustPolicy(trustPolicy);
    const boundaryArn = input.PermissionsBoundary;
    const role: RoleRecord = {
      kind: 'role',
      accountId: caller.accountId,
      name: given(input.RoleName),
      path: input.Path ?? '/',
      id: `AROA${ids.base32(17)}`,
      createdAtMs: wholeSecond(clock.wallMs()),
      trustPolicy,
      maxSessionSeconds: input.MaxSessionDuration ?? 3600,
      tags: tagsOf(input.Tags),
      inlinePolicies: [],
      attachedPolicyArns: [],
      ...(input.Description !== undefined && { description: input.Description }),
      ...(boundaryArn !== undefined && { boundaryArn }),
    };
    await directory.create(role, () => {
      if (boundaryArn !== undefined) directory.getAttachablePolicy(boundaryArn, caller.accountId);
    });
    return { Role: roleShape(role) };
  };
}
