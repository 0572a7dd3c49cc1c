import type { AddPermissionCommandInput, AddPermissionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound, invalidParameter, resourceConflict } from '#functions/lambda-errors.ts';
import { permissionStatement } from '#functions/permission-statement.ts';
import { findPolicy, replaceStatements, statementsOf, withPolicy } from '#functions/resource-policy.ts';
import { checkPolicyRevision, policyTarget } from '../policy-target.ts';

export interface AddPermissionDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly ids: IdSource;
}

const URL_ACTION = 'lambda:InvokeFunctionUrl';

/** Adds a statement to the policy of a function, a version or an alias, and answers it. Statement ids are unique within one policy. */
export function addPermission(deps: AddPermissionDependencies): Operation<AddPermissionCommandInput, AddPermissionResponse> {
  return async (input, context) => {
    const { StatementId: statementId = '', Action: action = '', Principal: principal = '' } = input;
    const target = policyTarget('AddPermission', input, context, deps.functions);
    const { qualifier, arn } = target;
    if (arn.endsWith(':$LATEST')) throw invalidParameter('We currently do not support adding policies for $LATEST.');
    if (input.FunctionUrlAuthType !== undefined && action !== URL_ACTION) {
      throw invalidParameter(`FunctionUrlAuthType is only supported for ${URL_ACTION} action`);
    }
    const statement = permissionStatement(
      {
        statementId,
        action,
        principal,
        sourceAccount: input.SourceAccount,
        sourceArn: input.SourceArn,
        eventSourceToken: input.EventSourceToken,
        principalOrgId: input.PrincipalOrgID,
        functionUrlAuthType: input.FunctionUrlAuthType,
        invokedViaFunctionUrl: input.InvokedViaFunctionUrl,
      },
      arn,
    );
    const updated = await deps.functions.update(target.record, (record) => {
      checkPolicyRevision(record, qualifier, input.RevisionId);
      const policy = findPolicy(record, qualifier);
      const statements = statementsOf(policy);
      if (statements.some(({ Sid }) => Sid === statementId)) {
        throw resourceConflict(
          `The statement id (${statementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        );
      }
      return withPolicy(record, qualifier, replaceStatements(policy, [...statements, statement], deps.ids));
    });
    if (updated === undefined) throw functionNotFound(target.record);
    return { Statement: JSON.stringify(statement) };
  };
}
