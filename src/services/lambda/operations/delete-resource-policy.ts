import type { DeleteResourcePolicyCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { withPolicy } from '#functions/resource-policy.ts';
import { checkPolicyRevision, policyTarget, presentPolicy } from '../policy-target.ts';

export interface DeleteResourcePolicyDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
}

/** Removes the whole policy of a function, a version or an alias. */
export function deleteResourcePolicy(
  deps: DeleteResourcePolicyDependencies,
): Operation<DeleteResourcePolicyCommandInput, Record<string, never>> {
  return async (input, context) => {
    const target = policyTarget('DeleteResourcePolicy', { FunctionName: input.ResourceArn }, context, deps.functions);
    const updated = await deps.functions.update(target.record, (record) => {
      presentPolicy(record, target.qualifier);
      checkPolicyRevision(record, target.qualifier, input.RevisionId);
      return withPolicy(record, target.qualifier, undefined);
    });
    if (updated === undefined) throw functionNotFound(target.record);
    return {};
  };
}
