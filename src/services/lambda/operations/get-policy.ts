import type { GetPolicyCommandInput, GetPolicyResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { policyTarget, presentPolicy } from '../policy-target.ts';

export interface GetPolicyDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

/** The policy of exactly what is named: a version or an alias does not show its function's. */
export function getPolicy(deps: GetPolicyDependencies): Operation<GetPolicyCommandInput, GetPolicyResponse> {
  return (input, context) => {
    const { record, qualifier } = policyTarget('GetPolicy', input, context, deps.functions);
    const { text, revisionId } = presentPolicy(record, qualifier);
    return { Policy: text, RevisionId: revisionId };
  };
}
