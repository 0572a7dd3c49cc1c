import type { CreateUserRequest, CreateUserResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { UserRecord } from '../iam-record.ts';
import { wholeSecond } from '../iam-record.ts';
import { userShape } from '../iam-shapes.ts';
import { tagsOf } from '../policy-holder.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function createUser(
  directory: IamDirectory,
  { clock, ids }: { readonly clock: Clock; readonly ids: IdSource },
): Operation<CreateUserRequest, CreateUserResponse> {
  return async (input, { caller }) => {
    const boundaryArn = input.PermissionsBoundary;
    const user: UserRecord = {
      kind: 'user',
      accountId: caller.accountId,
      name: given(input.UserName),
      path: input.Path ?? '/',
      id: `AIDA${ids.base32(17)}`,
      createdAtMs: wholeSecond(clock.wallMs()),
      tags: tagsOf(input.Tags),
      inlinePolicies: [],
      attachedPolicyArns: [],
      accessKeys: [],
      ...(boundaryArn !== undefined && { boundaryArn }),
    };
    await directory.create(user, () => {
      if (boundaryArn !== undefined) directory.getAttachablePolicy(boundaryArn, caller.accountId);
    });
    return { User: userShape(user) };
  };
}
