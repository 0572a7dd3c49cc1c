import type { RemovePermissionCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { resourceNotFound } from '#functions/lambda-errors.ts';
import { findPolicy, replaceStatements, statementsOf, withPolicy } from '#functions/resource-policy.ts';
import { checkPolicyRevision, policyTarget } from '../policy-target.ts';
import { resolveOwnFunction } from '../target-function.ts';

export interface RemovePermissionDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly ids: IdSource;
}

/** Removes one statement; the policy goes with its last one. */
export function removePermission(deps: RemovePermissionDependencies): Operation<RemovePermissionCommandInput, Record<string, never>> {
  return async (input, context) => {
    const reference = resolveOwnFunction('RemovePermission', input, context);
    const noPolicy = (): Error => resourceNotFound(`No policy found for: ${functionArn(reference)}`);
    if (deps.functions.find(reference.accountId, reference.region, reference.name) === undefined) throw noPolicy();
    const target = policyTarget('RemovePermission', input, context, deps.functions);
    const updated = await deps.functions.update(target.record, (record) => {
      const policy = findPolicy(record, target.qualifier);
      if (policy === undefined) throw resourceNotFound('No policy is associated with the given resource.');
      const statements = statementsOf(policy);
      const remaining = statements.filter(({ Sid }) => Sid !== input.StatementId);
      if (remaining.length === statements.length) {
        throw resourceNotFound(`Statement ${input.StatementId} is not found in resource policy.`);
      }
      checkPolicyRevision(record, target.qualifier, input.RevisionId);
      return withPolicy(record, target.qualifier, replaceStatements(policy, remaining, deps.ids));
    });
    if (updated === undefined) throw noPolicy();
    return {};
  };
}
