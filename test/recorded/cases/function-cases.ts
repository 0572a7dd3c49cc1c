import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type LoggingConfig,
  type Runtime,
  type VpcConfig,
} from '@aws-sdk/client-lambda';
import {
  active,
  echoZip,
  functionInput,
  functionName,
  HELPER_INPUT,
  newFunction,
  newHelperFunction,
  slowZip,
  updated,
} from '../new-function.ts';
import { stored } from '../stored-object.ts';
import { zipArchive } from '../../support/zip-archive.ts';
import type { Replay, ReplaySteps, ReplayTable } from '../replay.ts';

async function create(replay: Replay, key: string, more: Parameters<typeof functionInput>[1]): Promise<string> {
  const input = await functionInput(replay, more);
  await replay.call(key, replay.account.lambda.send(new CreateFunctionCommand(input)));
  return input.FunctionName ?? '';
}

/** By the parameter of test_function_partial_advanced_logging_configuration_update. */
const PARTIAL_LOGGING: readonly LoggingConfig[] = [
  { LogFormat: 'JSON' },
  { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG' },
  { LogFormat: 'JSON', SystemLogLevel: 'DEBUG' },
  { LogGroup: 'cool_lambda' },
];

function partialLogging(LoggingConfig: LoggingConfig): ReplaySteps {
  return async (replay) => {
    const { lambda } = replay.account;
    const { FunctionName } = await newHelperFunction(replay, 'create_response', { MemorySize: 256, Timeout: 5 });
    const configuration = () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    await replay.call('get_function_response', lambda.send(new GetFunctionCommand({ FunctionName })));
    await replay.call('function_config', configuration());
    const update = new UpdateFunctionConfigurationCommand({ FunctionName, LoggingConfig });
    await replay.call('updated_config', lambda.send(update));
    await updated(replay, FunctionName);
    await replay.call('received_config', configuration());
  };
}

/** One byte more than AWS unpacks; packed it is small. Made once, since packing takes a while. */
function oversizedZip(): Buffer {
  oversized ??= zipArchive([{ name: 'index.py', content: Buffer.alloc(262_144_001, '#') }]);
  return oversized;
}

let oversized: Buffer | undefined;

/** By key. Names are checked before anything is asked of EC2. */
function vpc(configs: Readonly<Record<string, VpcConfig>>): ReplaySteps {
  return async (replay) => {
    for (const [key, VpcConfig] of Object.entries(configs)) await create(replay, key, { VpcConfig });
  };
}

/** TestLambdaFunction, TestLoggingConfig and TestLambdaSizeLimits of `test_lambda_api`, TestLambdaCleanup of `test_lambda`. */
export const functionReplays: ReplayTable = {
  async 'TestLambdaFunction::test_function_lifecycle'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newHelperFunction(replay, 'create_response', { MemorySize: 256, Timeout: 5 });
    const get = (key: string): Promise<unknown> => replay.call(key, lambda.send(new GetFunctionCommand({ FunctionName })));
    await get('get_function_response');
    const update = new UpdateFunctionConfigurationCommand({
      FunctionName,
      Runtime: 'python3.11',
      Description: 'Changed-Description',
      MemorySize: 512,
      Timeout: 10,
      Environment: { Variables: { ENV_A: 'a' } },
    });
    await replay.call('update_func_conf_response', lambda.send(update));
    await updated(replay, FunctionName);
    await get('get_function_response_postupdate');
    const code = new UpdateFunctionCodeCommand({ FunctionName, ZipFile: echoZip('another') });
    await replay.call('update_code_response', lambda.send(code));
    await updated(replay, FunctionName);
    await get('get_function_response_postcodeupdate');
    await replay.call('delete_response', lambda.send(new DeleteFunctionCommand({ FunctionName })));
    await replay.call('delete_postdelete', lambda.send(new DeleteFunctionCommand({ FunctionName })));
  },

  async 'TestLambdaFunction::test_lambda_code_location_s3'(replay) {
    const { lambda } = replay.account;
    const first = await stored(replay, 'first.zip', echoZip());
    const FunctionName = await create(replay, 'create_response_s3', { Code: first });
    await active(replay, FunctionName);
    await replay.call('get-function-response', lambda.send(new GetFunctionCommand({ FunctionName })));
    const second = await stored(replay, 'second.zip', slowZip());
    await replay.call('update-function-response', lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ...second })));
    await replay.call('get-function-response-updated', lambda.send(new GetFunctionCommand({ FunctionName })));
    await updated(replay, FunctionName);
  },

  async 'TestLambdaFunction::test_lambda_code_location_s3_errors'(replay) {
    const { lambda } = replay.account;
    const there = await stored(replay, 'code.zip', echoZip());
    const noBucket = { ...there, S3Bucket: `no-bucket-${replay.accountId}` };
    const noKey = { ...there, S3Key: 'no-key' };
    await create(replay, 'create-error-wrong-bucket', { Code: noBucket });
    await create(replay, 'create-error-wrong-key', { Code: noKey });
    const { FunctionName } = await newFunction(replay, { Code: there });
    await replay.call('update-error-wrong-bucket', lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ...noBucket })));
    await replay.call('update-error-wrong-key', lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ...noKey })));
  },

  async 'TestLambdaFunction::test_update_lambda_exceptions'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay, HELPER_INPUT);
    const update = (key: string, change: { readonly Role?: string; readonly Runtime?: Runtime }): Promise<unknown> =>
      replay.call(key, lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...change })));
    await update('invalid_role_arn_exc', { Role: 'r1' });
    await update('invalid_runtime_exc', { Runtime: 'non-existent-runtime' as Runtime });
    await update('uppercase_runtime_exc', { Runtime: 'PYTHON3.9' as Runtime });
  },

  /** Without the VPC, which Hearth does not have: the rest of the answers. */
  async 'TestLambdaFunction::test_vpc_config'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newHelperFunction(replay, 'create_response', { MemorySize: 256, Timeout: 5 });
    await replay.call('get_function_response', lambda.send(new GetFunctionCommand({ FunctionName })));
    for (const step of ['update', 'delete']) {
      const update = new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 5 });
      await replay.call(`${step}_vpcconfig_update_response`, lambda.send(update));
      await updated(replay, FunctionName);
      await replay.call(`${step}_vpcconfig_get_function_response`, lambda.send(new GetFunctionCommand({ FunctionName })));
    }
  },

  'TestLambdaFunction::test_invalid_vpc_config_subnet': vpc({
    'create-response-non-existent-subnet-id': { SubnetIds: ['subnet-12345678'], SecurityGroupIds: ['sg-12345678'] },
    'create-response-invalid-format-subnet-id': { SubnetIds: ['bad-format-subnet'], SecurityGroupIds: ['sg-12345678'] },
  }),
  'TestLambdaFunction::test_invalid_vpc_config_security_group': vpc({
    'create-response-non-existent-security-group': { SubnetIds: ['subnet-12345678'], SecurityGroupIds: ['sg-12345678'] },
    'create-response-invalid-format-security-group': { SubnetIds: ['subnet-12345678'], SecurityGroupIds: ['bad-format-group'] },
  }),

  ...Object.fromEntries(
    PARTIAL_LOGGING.map((config, index) => [
      `TestLoggingConfig::test_function_partial_advanced_logging_configuration_update[partial_config${index}]`,
      partialLogging(config),
    ]),
  ),

  async 'TestLambdaSizeLimits::test_oversized_lambda'(replay) {
    await create(replay, 'invalid_param_exc', { Code: await stored(replay, 'oversized.zip', oversizedZip()) });
  },

  async 'TestLambdaSizeLimits::test_oversized_unzipped_lambda'(replay) {
    await create(replay, 'invalid_param_exc', { Code: { ZipFile: oversizedZip() } });
  },

  async 'TestLambdaSizeLimits::test_oversized_zipped_create_lambda'(replay) {
    const content = Buffer.alloc(50 * 1024 * 1024 + 1, '#');
    await create(replay, 'invalid_param_exc', { Code: { ZipFile: zipArchive([{ name: 'index.py', content, method: 0 }]) } });
  },

  async 'TestLambdaSizeLimits::test_large_environment_variables_fails'(replay) {
    await create(replay, 'failed_create_fn_result', { ...HELPER_INPUT, Environment: { Variables: { LARGE_VAR: 'x'.repeat(4081) } } });
  },

  async 'TestLambdaSizeLimits::test_lambda_envvars_near_limit_succeeds'(replay) {
    await newHelperFunction(replay, 'successful_create_fn_result', { Environment: { Variables: { LARGE_VAR: 'x'.repeat(4080) } } });
  },

  async 'TestLambdaCleanup::test_recreate_function'(replay) {
    const FunctionName = functionName();
    const input = { FunctionName, Handler: 'lambda_echo.handler' };
    await newHelperFunction(replay, 'create_function_response_one', input);
    await replay.account.lambda.send(new DeleteFunctionCommand({ FunctionName }));
    await newHelperFunction(replay, 'create_function_response_two', input);
  },
};
