import type { CreateAccessKeyRequest, CreateAccessKeyResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { newAccessKeyId } from '#aws/sigv4/access-key-id.ts';
import { callingUser } from '../calling-user.ts';
import { quotaExceeded } from '../iam-errors.ts';
import type { AccessKeyRecord } from '../iam-record.ts';
import { wholeSecond } from '../iam-record.ts';
import type { IamDirectory } from '../iam-directory.ts';

const MAX_ACCESS_KEYS = 2;

export function createAccessKey(
  directory: IamDirectory,
  { clock, ids }: { readonly clock: Clock; readonly ids: IdSource },
): Operation<CreateAccessKeyRequest, CreateAccessKeyResponse> {
  return async ({ UserName }, { caller }) => {
    const key: AccessKeyRecord = {
      id: newAccessKeyId('AKIA', caller.accountId, ids),
      // 30 random bytes are 40 characters of base64, the length of AWS's secrets.
      secret: Buffer.from(ids.hex(30), 'hex').toString('base64'),
      active: true,
      createdAtMs: wholeSecond(clock.wallMs()),
    };
    const user = await directory.change({ kind: 'user', accountId: caller.accountId, name: UserName ?? callingUser(caller) }, (current) => {
      if (current.accessKeys.length >= MAX_ACCESS_KEYS) throw quotaExceeded('AccessKeysPerUser', MAX_ACCESS_KEYS);
      return { ...current, accessKeys: [...current.accessKeys, key] };
    });
    return {
      AccessKey: {
        UserName: user.name,
        AccessKeyId: key.id,
        Status: 'Active',
        SecretAccessKey: key.secret,
        CreateDate: new Date(key.createdAtMs),
      },
    };
  };
}
