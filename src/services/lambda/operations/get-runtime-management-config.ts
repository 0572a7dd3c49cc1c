import type { GetRuntimeManagementConfigCommandInput, GetRuntimeManagementConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { AUTOMATIC } from '#functions/runtime-management.ts';
import { readTarget, type FunctionReader } from '../target-function.ts';
import { toRuntimeManagementConfig } from '../runtime-management-config.ts';

export interface GetRuntimeManagementConfigDependencies {
  readonly functions: FunctionReader;
}

export function getRuntimeManagementConfig(
  deps: GetRuntimeManagementConfigDependencies,
): Operation<GetRuntimeManagementConfigCommandInput, GetRuntimeManagementConfigResponse> {
  return (input, context) => {
    const { record, version, qualifier } = readTarget('GetRuntimeManagementConfig', input, context, deps.functions);
    return toRuntimeManagementConfig(record, qualifier, record.runtimeManagement?.[version.version] ?? AUTOMATIC);
  };
}
