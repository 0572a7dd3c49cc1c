import type { GetFunctionRecursionConfigCommandInput, GetFunctionRecursionConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { changeTarget } from '../target-function.ts';

export interface GetFunctionRecursionConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

export function getFunctionRecursionConfig(
  deps: GetFunctionRecursionConfigDependencies,
): Operation<GetFunctionRecursionConfigCommandInput, GetFunctionRecursionConfigResponse> {
  return (input, context) => ({
    RecursiveLoop: changeTarget('GetFunctionRecursionConfig', input, context, deps.functions).recursiveLoop ?? 'Terminate',
  });
}
