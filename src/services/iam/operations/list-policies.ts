import type { ListPoliciesRequest, ListPoliciesResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import { arnOf } from '../iam-record.ts';
import { listedPolicyShape } from '../iam-shapes.ts';
import { managedPolicies } from '../managed-policies.ts';
import { pageOf } from '../pagination.ts';
import { policyUses } from '../policy-use.ts';
import type { IamDirectory } from '../iam-directory.ts';

export function listPolicies(directory: IamDirectory): Operation<ListPoliciesRequest, ListPoliciesResponse> {
  return (input, { caller }) => {
    const prefix = input.PathPrefix ?? '/';
    const scope = input.Scope ?? 'All';
    const own = scope === 'AWS' ? [] : directory.list('policy', caller.accountId, prefix);
    const managed = scope === 'Local' ? [] : managedPolicies().filter((policy) => policy.path.startsWith(prefix));
    const useOf = policyUses(directory, caller.accountId);
    const wanted = [...own, ...managed].filter((policy) => {
      const { attachments, boundaries } = useOf(policy);
      if (input.PolicyUsageFilter === 'PermissionsPolicy' && attachments === 0) return false;
      if (input.PolicyUsageFilter === 'PermissionsBoundary' && boundaries === 0) return false;
      return input.OnlyAttached !== true || attachments + boundaries > 0;
    });
    const { items, ...position } = pageOf(wanted, arnOf, input);
    return { Policies: items.map((policy) => listedPolicyShape(policy, useOf(policy))), ...position };
  };
}
