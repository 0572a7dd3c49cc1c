import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionUrlConfigCommand,
  type LambdaClient,
  type Runtime,
} from '@aws-sdk/client-lambda';
import { functionInput, functionName, newFunction } from '../new-function.ts';
import type { ReplayTable } from '../replay.ts';

type Named = { readonly FunctionName: string; readonly Qualifier?: string };

const CALLS: Readonly<Record<string, (lambda: LambdaClient, named: Named) => Promise<unknown>>> = {
  delete_function: (lambda, named) => lambda.send(new DeleteFunctionCommand(named)),
  get_function: (lambda, named) => lambda.send(new GetFunctionCommand(named)),
  get_function_configuration: (lambda, named) => lambda.send(new GetFunctionConfigurationCommand(named)),
  get_function_url_config: (lambda, named) => lambda.send(new GetFunctionUrlConfigCommand(named)),
  get_function_code_signing_config: (lambda, named) => lambda.send(new GetFunctionCodeSigningConfigCommand(named)),
  get_function_event_invoke_config: (lambda, named) => lambda.send(new GetFunctionEventInvokeConfigCommand(named)),
  get_function_concurrency: (lambda, named) => lambda.send(new GetFunctionConcurrencyCommand(named)),
};

const ON_VERSIONS = ['get_function', 'get_function_configuration', 'get_function_event_invoke_config'];

const DEPRECATED = ['java8', 'go1.x', 'provided', 'ruby2.7', 'nodejs14.x', 'python3.7', 'dotnetcore3.1', 'nodejs12.x'];

/** What is not there, and runtimes that are no longer there, in `test_lambda_api`. */
export const missingFunctionReplays: ReplayTable = {
  ...Object.fromEntries(
    Object.entries(CALLS).map(([operation, call]) => [
      `TestLambdaFunction::test_ops_on_nonexisting_fn[${operation}]`,
      async (replay) => {
        await replay.call('not_found_exception', call(replay.account.lambda, { FunctionName: functionName() }));
      },
    ]) satisfies [string, ReplayTable[string]][],
  ),
  ...Object.fromEntries(
    ON_VERSIONS.map((operation) => [
      `TestLambdaFunction::test_ops_on_nonexisting_version[${operation}]`,
      async (replay) => {
        const { FunctionName } = await newFunction(replay);
        await replay.call('version_not_found_exception', CALLS[operation]?.(replay.account.lambda, { FunctionName, Qualifier: '1221' }));
      },
    ]) satisfies [string, ReplayTable[string]][],
  ),
  async 'TestLambdaFunction::test_delete_on_nonexisting_version'(replay) {
    const { lambda } = replay.account;
    const FunctionName = functionName();
    await replay.call('delete_function_response_non_existent', lambda.send(new DeleteFunctionCommand({ FunctionName })));
    await replay.call(
      'delete_function_response_non_existent_with_qualifier',
      lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '1' })),
    );
  },
  ...Object.fromEntries(
    DEPRECATED.map((runtime) => [
      `TestRuntimeValidation::test_create_deprecated_function_runtime_with_validation_enabled[${runtime}]`,
      async (replay) => {
        const input = await functionInput(replay, { Runtime: runtime as Runtime });
        await replay.call('deprecation_error', replay.account.lambda.send(new CreateFunctionCommand(input)));
      },
    ]) satisfies [string, ReplayTable[string]][],
  ),
};
