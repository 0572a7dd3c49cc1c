import type { DeleteFunctionCommandInput, DeleteFunctionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound, invalidParameter } from '#functions/lambda-errors.ts';
import { resolveOwnFunction } from '../target-function.ts';

export interface DeleteFunctionDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'delete'>;
}

const ALIAS = /^(?!\d+$)[a-zA-Z0-9-_]+$/;

/** Deletes a function with everything below it. Deleting a version that does not exist is no error, as on AWS. */
export function deleteFunction(deps: DeleteFunctionDependencies): Operation<DeleteFunctionCommandInput, DeleteFunctionResponse> {
  return async (input, context) => {
    const reference = resolveOwnFunction('DeleteFunction', input, context);
    const { qualifier } = reference;
    // Said before the function is looked up (recorded by test_function_name_and_qualifier_validation).
    if (qualifier !== undefined && ALIAS.test(qualifier)) throw invalidParameter('Deletion of aliases is not currently supported.');
    if (deps.functions.find(reference.accountId, reference.region, reference.name) === undefined) throw functionNotFound(reference);
    if (qualifier === '$LATEST') throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
    if (qualifier === undefined && !(await deps.functions.delete(reference))) throw functionNotFound(reference);
    return { StatusCode: 204 };
  };
}
