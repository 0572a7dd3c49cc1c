import type { PutFunctionCodeSigningConfigCommandInput, PutFunctionCodeSigningConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { codeSigningConfigArn } from '#functions/code-signing-config.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { usableCodeSigningConfig } from '../code-signing-target.ts';
import { resolveUnqualified } from '../target-function.ts';

export interface PutFunctionCodeSigningConfigDependencies {
  readonly codeSigning: Pick<CodeSigningConfigs, 'find'>;
  readonly functions: Pick<FunctionRepository, 'update'>;
}

/** Takes effect at the next deployment. The configuration is missed before the function is (recorded by test_code_signing_not_found_excs). */
export function putFunctionCodeSigningConfig(
  deps: PutFunctionCodeSigningConfigDependencies,
): Operation<PutFunctionCodeSigningConfigCommandInput, PutFunctionCodeSigningConfigResponse> {
  return async (input, context) => {
    const arn = codeSigningConfigArn(usableCodeSigningConfig(input.CodeSigningConfigArn, context, deps.codeSigning));
    const reference = resolveUnqualified('PutFunctionCodeSigningConfig', input, context);
    const updated = await deps.functions.update(reference, (record) => ({ ...record, codeSigningConfigArn: arn }));
    if (updated === undefined) throw functionNotFound(reference);
    return { CodeSigningConfigArn: arn, FunctionName: updated.name };
  };
}
