import type { GetUserRequest, GetUserResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { userShape } from '../iam-shapes.ts';
import { callingUser } from '../calling-user.ts';
import type { IamDirectory } from '../iam-directory.ts';

/** Without a name: the user who asks. Root has no name, so that member is left empty, as on AWS. */
export function getUser(directory: IamDirectory): Operation<GetUserRequest, GetUserResponse> {
  return ({ UserName }, { caller }) => {
    if (UserName === undefined && caller.kind === 'root') {
      return { User: { Path: '/', UserName: undefined, UserId: caller.accountId, Arn: caller.arn, CreateDate: new Date(0) } };
    }
    return { User: userShape(directory.get('user', caller.accountId, UserName ?? callingUser(caller))) };
  };
}
