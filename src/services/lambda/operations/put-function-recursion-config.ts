import type { PutFunctionRecursionConfigCommandInput, PutFunctionRecursionConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { resolveUnqualified } from '../target-function.ts';

export interface PutFunctionRecursionConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'update'>;
}

export function putFunctionRecursionConfig(
  deps: PutFunctionRecursionConfigDependencies,
): Operation<PutFunctionRecursionConfigCommandInput, PutFunctionRecursionConfigResponse> {
  return async (input, context) => {
    const reference = resolveUnqualified('PutFunctionRecursionConfig', input, context);
    const recursiveLoop = input.RecursiveLoop ?? 'Terminate';
    const updated = await deps.functions.update(reference, (record) => ({ ...record, recursiveLoop }));
    if (updated === undefined) throw functionNotFound(reference);
    return { RecursiveLoop: recursiveLoop };
  };
}
