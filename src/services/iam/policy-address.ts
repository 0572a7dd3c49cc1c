import { AwsError } from '#aws/errors.ts';
import type { AccountId } from '#aws/caller.ts';
import type { IamDirectory, RecordAddress } from './iam-directory.ts';
import { noSuchEntity } from './iam-errors.ts';
import { arnOf } from './iam-record.ts';
import type { PolicyRecord, PolicyVersionRecord } from './iam-record.ts';

/** Where to change the policy of this ARN. @throws AwsError NoSuchEntity, AccessDenied for AWS's own */
export function policyAddress(directory: IamDirectory, arn: string, accountId: AccountId): RecordAddress<'policy'> {
  const policy = directory.getPolicy(arn, accountId);
  if (policy.accountId === 'aws') {
    throw new AwsError('AccessDenied', `Cannot perform this operation on the AWS managed policy ${arn}`, { status: 403 });
  }
  return { kind: 'policy', accountId, name: policy.name, address: arn };
}

/** @throws AwsError NoSuchEntity */
export function policyVersion(policy: PolicyRecord, versionId: string): PolicyVersionRecord {
  const version = policy.versions.find(({ id }) => id === versionId);
  if (version === undefined) throw noSuchEntity(`Policy ${arnOf(policy)} version ${versionId} does not exist or is not attachable.`);
  return version;
}
