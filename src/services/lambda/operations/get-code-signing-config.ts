import type { GetCodeSigningConfigCommandInput, GetCodeSigningConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import { presentCodeSigningConfig, toCodeSigningConfig } from '../code-signing-target.ts';

export interface GetCodeSigningConfigDependencies {
  readonly codeSigning: Pick<CodeSigningConfigs, 'find'>;
}

export function getCodeSigningConfig(
  deps: GetCodeSigningConfigDependencies,
): Operation<GetCodeSigningConfigCommandInput, GetCodeSigningConfigResponse> {
  return (input, context) => ({
    CodeSigningConfig: toCodeSigningConfig(presentCodeSigningConfig(input.CodeSigningConfigArn, context, deps.codeSigning)),
  });
}
