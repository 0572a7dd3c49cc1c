import type { FunctionConfiguration, GetFunctionConfigurationCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { toFunctionConfiguration } from '../function-configuration.ts';
import { readTarget, type FunctionReader } from '../target-function.ts';

export interface GetFunctionConfigurationDependencies {
  readonly functions: FunctionReader;
}

export function getFunctionConfiguration(
  deps: GetFunctionConfigurationDependencies,
): Operation<GetFunctionConfigurationCommandInput, FunctionConfiguration> {
  return (input, context) => {
    const { version, qualifier } = readTarget('GetFunctionConfiguration', input, context, deps.functions);
    return toFunctionConfiguration(version, qualifier);
  };
}
