import type { DeleteFunctionCodeSigningConfigCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { resolveUnqualified } from '../target-function.ts';

export interface DeleteFunctionCodeSigningConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'update'>;
}

/** A function without one is no error (recorded by test_code_signing_not_found_excs). */
export function deleteFunctionCodeSigningConfig(
  deps: DeleteFunctionCodeSigningConfigDependencies,
): Operation<DeleteFunctionCodeSigningConfigCommandInput, Record<string, never>> {
  return async (input, context) => {
    const reference = resolveUnqualified('DeleteFunctionCodeSigningConfig', input, context);
    const updated = await deps.functions.update(reference, (record) => {
      const { codeSigningConfigArn, ...rest } = record;
      return codeSigningConfigArn === undefined ? record : rest;
    });
    if (updated === undefined) throw functionNotFound(reference);
    return {};
  };
}
