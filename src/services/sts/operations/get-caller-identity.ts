import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { Operation } from '#aws/service.ts';

export function getCallerIdentity(): Operation<GetCallerIdentityRequest, GetCallerIdentityResponse> {
  return (_input, { caller }) => ({ UserId: caller.userId, Account: caller.accountId, Arn: caller.arn });
}
