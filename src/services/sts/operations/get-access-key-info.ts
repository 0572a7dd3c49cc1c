import type { GetAccessKeyInfoRequest, GetAccessKeyInfoResponse } from '@aws-sdk/client-sts';
import type { Operation } from '#aws/service.ts';
import { accountOfAccessKeyId } from '#aws/sigv4/access-key-id.ts';
import { validationError } from '../sts-errors.ts';

/** The id itself holds its account, whether or not the key is still good. */
export function getAccessKeyInfo(): Operation<GetAccessKeyInfoRequest, GetAccessKeyInfoResponse> {
  return ({ AccessKeyId }) => {
    const account = accountOfAccessKeyId(AccessKeyId ?? '');
    if (account === undefined) throw validationError('Invalid AccessKeyId');
    return { Account: account };
  };
}
