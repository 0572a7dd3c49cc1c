import type { PutResourcePolicyCommandInput, PutResourcePolicyResponse } from '@aws-sdk/client-lambda';
import { InvalidPolicy, parsePolicyDocument } from '#aws/policy/policy-document.ts';
import { matchesWildcard } from '#aws/policy/wildcard.ts';
import type { Operation } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound, invalidParameter } from '#functions/lambda-errors.ts';
import { newPolicy, withPolicy } from '#functions/resource-policy.ts';
import { checkPolicyRevision, policyTarget } from '../policy-target.ts';

export interface PutResourcePolicyDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly ids: IdSource;
}

/** Replaces the whole policy of a function, a version or an alias; it may deny, too. */
export function putResourcePolicy(
  deps: PutResourcePolicyDependencies,
): Operation<PutResourcePolicyCommandInput, PutResourcePolicyResponse> {
  return async (input, context) => {
    const { Policy: text = '' } = input;
    const target = policyTarget('PutResourcePolicy', { FunctionName: input.ResourceArn }, context, deps.functions);
    checkDocument(text, target.arn);
    const policy = newPolicy(text, deps.ids);
    const updated = await deps.functions.update(target.record, (record) => {
      checkPolicyRevision(record, target.qualifier, input.RevisionId);
      return withPolicy(record, target.qualifier, policy);
    });
    if (updated === undefined) throw functionNotFound(target.record);
    return { Policy: text, RevisionId: policy.revisionId };
  };
}

/** @throws AwsError InvalidParameterValueException for what is no policy of that resource */
function checkDocument(text: string, arn: string): void {
  const { statements } = parsed(text);
  if (statements.length === 0) throw invalidParameter('The policy has no statement.');
  for (const { principals, resources, actions } of statements) {
    if (principals === undefined) throw invalidParameter('Every statement of a resource-based policy must have a Principal.');
    if (resources === undefined || resources.patterns.some((pattern) => matchesWildcard(pattern, arn)) === resources.except) {
      throw invalidParameter(`Every statement must have a Resource that covers ${arn}.`);
    }
    if (actions.patterns.some((action) => action !== '*' && !action.startsWith('lambda:'))) {
      throw invalidParameter('A resource-based policy of Lambda can only have actions of Lambda.');
    }
  }
}

function parsed(text: string): ReturnType<typeof parsePolicyDocument> {
  try {
    return parsePolicyDocument(text);
  } catch (error) {
    if (error instanceof InvalidPolicy) throw invalidParameter(`The policy is not valid: ${error.message}`);
    throw error;
  }
}
