import type { GetFunctionCodeSigningConfigCommandInput, GetFunctionCodeSigningConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { changeTarget } from '../target-function.ts';

export interface GetFunctionCodeSigningConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

/** The members that the model calls required are missing for a function without one (recorded by test_code_signing_not_found_excs). */
export function getFunctionCodeSigningConfig(
  deps: GetFunctionCodeSigningConfigDependencies,
): Operation<GetFunctionCodeSigningConfigCommandInput, Partial<GetFunctionCodeSigningConfigResponse>> {
  return (input, context) => {
    const { name, codeSigningConfigArn } = changeTarget('GetFunctionCodeSigningConfig', input, context, deps.functions);
    return codeSigningConfigArn === undefined ? {} : { CodeSigningConfigArn: codeSigningConfigArn, FunctionName: name };
  };
}
