import type { GetResourcePolicyCommandInput, GetResourcePolicyResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { policyTarget, presentPolicy } from '../policy-target.ts';

export interface GetResourcePolicyDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

/** As GetPolicy, by ARN. */
export function getResourcePolicy(
  deps: GetResourcePolicyDependencies,
): Operation<GetResourcePolicyCommandInput, GetResourcePolicyResponse> {
  return (input, context) => {
    const { record, qualifier } = policyTarget('GetResourcePolicy', { FunctionName: input.ResourceArn }, context, deps.functions);
    const { text, revisionId } = presentPolicy(record, qualifier);
    return { Policy: text, RevisionId: revisionId };
  };
}
