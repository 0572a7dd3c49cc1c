import type { GetAccountSummaryResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { IamDirectory } from '../iam-directory.ts';

/** What the account holds of what Hearth has, and the quotas that it enforces. */
export function getAccountSummary(directory: IamDirectory): Operation<object, GetAccountSummaryResponse> {
  return (_input, { caller }) => {
    const policies = directory.list('policy', caller.accountId);
    return {
      SummaryMap: {
        Roles: directory.list('role', caller.accountId).length,
        Users: directory.list('user', caller.accountId).length,
        Policies: policies.length,
        PolicyVersionsInUse: policies.reduce((sum, { versions }) => sum + versions.length, 0),
        AccountMFAEnabled: 0,
        Groups: 0,
        MFADevices: 0,
        InstanceProfiles: 0,
        Providers: 0,
        ServerCertificates: 0,
        AccessKeysPerUserQuota: 2,
        VersionsPerPolicyQuota: 5,
        AssumeRolePolicySizeQuota: 2048,
        PolicySizeQuota: 6144,
        AttachedPoliciesPerRoleQuota: 10,
        AttachedPoliciesPerUserQuota: 10,
        RolePolicySizeQuota: 10_240,
        UserPolicySizeQuota: 2048,
      },
    };
  };
}
