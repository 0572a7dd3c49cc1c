import {
  AddLayerVersionPermissionCommand,
  CreateFunctionCommand,
  DeleteLayerVersionCommand,
  GetFunctionCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  LambdaClient,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  RemoveLayerVersionPermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { Architecture, PublishLayerVersionCommandInput, PublishLayerVersionCommandOutput, Runtime } from '@aws-sdk/client-lambda';
import { clientSettings } from '../../support/account.ts';
import { echoZip, functionInput, functionName, newFunction } from '../new-function.ts';
import type { Replay, ReplaySteps, ReplayTable } from '../replay.ts';
import { stored } from '../stored-object.ts';

const OTHER_REGION = 'eu-central-1';

type Published = PublishLayerVersionCommandOutput | undefined;

function publish(replay: Replay, key: string, input: Partial<PublishLayerVersionCommandInput>): Promise<Published> {
  return replay.call(key, replay.account.lambda.send(publishCommand(input)));
}

function publishCommand(input: Partial<PublishLayerVersionCommandInput>): PublishLayerVersionCommand {
  return new PublishLayerVersionCommand({ LayerName: functionName(), Content: { ZipFile: echoZip('layer') }, ...input });
}

/** Runtimes and architectures beyond the SDK's lists. */
function compatible(runtimes: readonly string[], architectures: readonly string[]): Partial<PublishLayerVersionCommandInput> {
  return {
    CompatibleRuntimes: runtimes.map((name) => name as Runtime),
    CompatibleArchitectures: architectures.map((name) => name as Architecture),
  };
}

/** By words. */
function compatibilities(runtimes: string): ReplaySteps {
  return async (replay) => {
    await publish(replay, 'publish_result', compatible(runtimes.split(' '), ['arm64', 'x86_64']));
  };
}

/** TestLambdaLayer of `test_lambda_api`. */
export const layerReplays: ReplayTable = {
  async 'TestLambdaLayer::test_layer_exceptions'(replay) {
    const { lambda } = replay.account;
    const LayerName = functionName();
    await publish(replay, 'publish_result', { LayerName, ...compatible(['python3.12'], ['x86_64']) });
    await replay.call(
      'list_layers_exc_compatibleruntime_invalid',
      lambda.send(new ListLayersCommand({ CompatibleRuntime: 'runtimedoesnotexist' as Runtime })),
    );
    await replay.call(
      'list_layers_exc_compatiblearchitecture_invalid',
      lambda.send(new ListLayersCommand({ CompatibleArchitecture: 'archdoesnotexist' as Architecture })),
    );
    await replay.call('list_nonexistent_layer', lambda.send(new ListLayerVersionsCommand({ LayerName: 'layerdoesnotexist' })));
    const get = (key: string, name: string, VersionNumber: number): Promise<unknown> =>
      replay.call(`get_layer_version_exc_${key}`, lambda.send(new GetLayerVersionCommand({ LayerName: name, VersionNumber })));
    await get('layer_doesnotexist', 'layerdoesnotexist', 1);
    await get('layer_version_doesnotexist_negative', LayerName, -1);
    await get('layer_version_doesnotexist_zero', LayerName, 0);
    await get('layer_version_doesnotexist_2', LayerName, 2);
    const Arn = `arn:aws:lambda:us-east-1:${replay.accountId}:layer:${LayerName}`;
    await replay.call('get_layer_version_by_arn_exc_invalidarn', lambda.send(new GetLayerVersionByArnCommand({ Arn })));
    await replay.call('get_layer_version_by_arn_exc_nonexistentversion', lambda.send(new GetLayerVersionByArnCommand({ Arn: `${Arn}:2` })));
    const remove = (key: string, name: string, VersionNumber: number): Promise<unknown> =>
      replay.call(key, lambda.send(new DeleteLayerVersionCommand({ LayerName: name, VersionNumber })));
    await remove('delete_nonexistent_response', 'layerdoesnotexist', 1);
    await remove('delete_nonexistent_version_response', LayerName, 2);
    await remove('delete_layer_response', LayerName, 1);
    await remove('delete_layer_again_response', LayerName, 1);
    await remove('delete_layer_version_exc_layerversion_invalid_version', LayerName, -1);
    await publish(replay, 'publish_empty_result', compatible([], []));
    await publish(replay, 'publish_layer_version_exc_invalid_runtime_arch', {
      LayerName,
      ...compatible(['invalidruntime'], ['invalidarch']),
    });
    await publish(replay, 'publish_layer_version_exc_partially_invalid_values', {
      LayerName,
      ...compatible(['invalidruntime', 'invalidruntime2', 'nodejs20.x'], ['invalidarch', 'x86_64']),
    });
  },

  async 'TestLambdaLayer::test_layer_function_exceptions'(replay) {
    const { lambda } = replay.account;
    const LayerName = functionName();
    const arns: string[] = [];
    for (const key of ['publish_result', 'publish_result_2', 'publish_result_3']) {
      arns.push((await publish(replay, key, { LayerName, ...compatible([], ['x86_64']) }))?.LayerVersionArn ?? '');
    }
    const { FunctionName } = await newFunction(replay, { Handler: 'handler.handler', Timeout: 30, Environment: { Variables: {} } });
    await replay.call('get_fn_result', lambda.send(new GetFunctionCommand({ FunctionName })));
    const use = (key: string, Layers: string[]): Promise<unknown> =>
      replay.call(key, lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers })));
    const [first = '', second = '', third = ''] = arns;
    const layer = first.slice(0, first.lastIndexOf(':'));
    await use('two_layer_versions_single_function_exc', [first, second]);
    await use('three_layer_versions_single_function_exc', [first, second, third]);
    await use('two_identical_layer_versions_single_function_exc', [first, first]);
    await use('add_nonexistent_layer_exc', [first.replace(LayerName, 'doesnotexist')]);
    await use('add_nonexistent_layer_version_exc', [`${layer}:9`]);
    await use('add_layer_arn_without_version_exc', [layer]);
    const settings = clientSettings(replay.endpoint, { accessKeyId: replay.accountId, secretAccessKey: 'test' });
    const elsewhere = new LambdaClient({ ...settings, region: OTHER_REGION });
    const { LayerVersionArn = '' } = await elsewhere.send(publishCommand({}));
    elsewhere.destroy();
    await replay.call(
      'create_function_with_layer_in_different_region',
      lambda.send(new CreateFunctionCommand(await functionInput(replay, { Layers: [LayerVersionArn] }))),
    );
  },

  async 'TestLambdaLayer::test_layer_function_quota_exception'(replay) {
    const { lambda } = replay.account;
    const Layers: string[] = [];
    for (let count = 0; count < 6; count++) Layers.push((await lambda.send(publishCommand({}))).LayerVersionArn ?? '');
    await replay.call('create_function_with_six_layers', lambda.send(new CreateFunctionCommand(await functionInput(replay, { Layers }))));
  },

  async 'TestLambdaLayer::test_layer_policy_exceptions'(replay) {
    const { lambda } = replay.account;
    const LayerName = functionName();
    await publish(replay, 'publish_result', { LayerName, ...compatible(['python3.12'], ['x86_64']) });
    const version = { LayerName, VersionNumber: 1 };
    const statement = { ...version, StatementId: 's1', Action: 'lambda:GetLayerVersion', Principal: '*' };
    type Changes = Partial<typeof statement> & { readonly RevisionId?: string };
    const get = (key: string, changes: Changes = {}): Promise<unknown> =>
      replay.call(key, lambda.send(new GetLayerVersionPolicyCommand({ ...version, ...changes })));
    const remove = (key: string, changes: Changes = {}): Promise<unknown> =>
      replay.call(key, lambda.send(new RemoveLayerVersionPermissionCommand({ ...version, StatementId: 's1', ...changes })));
    // The recorded test reads the statement's text as JSON.
    const add = async (key: string, changes: Changes = {}): Promise<unknown> => {
      const sent = lambda.send(new AddLayerVersionPermissionCommand({ ...statement, ...changes }));
      return replay.call(
        key,
        sent.then(({ Statement, ...rest }) => ({ ...rest, Statement: JSON.parse(Statement ?? '') as unknown })),
      );
    };
    await get('layer_permission_nopolicy_get');
    await add('add_layer_permission_result');
    await add('layer_permission_action_invalid', { StatementId: 's2', Action: '*' });
    await add('layer_permission_duplicate_statement');
    await add('layer_permission_wrong_revision', { StatementId: 's2', RevisionId: 'wrong' });
    const noLayer = { LayerName: `${LayerName}-doesnotexist` };
    await add('layer_permission_layername_doesnotexist_add', noLayer);
    await get('layer_permission_layername_doesnotexist_get', noLayer);
    await remove('layer_permission_layername_doesnotexist_remove', noLayer);
    const noVersion = { VersionNumber: 2 };
    await add('layer_permission_layerversion_doesnotexist_add', noVersion);
    await get('layer_permission_layerversion_doesnotexist_get', noVersion);
    await remove('layer_permission_layerversion_doesnotexist_remove', noVersion);
    await remove('layer_permission_statementid_doesnotexist_remove', { StatementId: 'doesnotexist' });
    await remove('layer_permission_wrong_revision_remove', { RevisionId: 'wrong' });
  },

  async 'TestLambdaLayer::test_layer_s3_content'(replay) {
    await publish(replay, 'publish_layer_result', { Content: await stored(replay, 'layer.zip', echoZip('layer')) });
  },

  'TestLambdaLayer::test_layer_compatibilities[runtimes0]': compatibilities(
    'nodejs24.x nodejs22.x nodejs20.x nodejs18.x nodejs16.x nodejs14.x nodejs12.x python3.14 python3.13 python3.12 python3.11 python3.10 python3.9 python3.8 python3.7',
  ),
  'TestLambdaLayer::test_layer_compatibilities[runtimes1]': compatibilities(
    'java25 java21 java17 java11 java8.al2 java8 dotnet10 dotnet8 dotnet6 dotnetcore3.1 go1.x ruby3.4 ruby3.3 ruby3.2 ruby2.7',
  ),
  'TestLambdaLayer::test_layer_compatibilities[runtimes2]': compatibilities('provided.al2023 provided.al2 provided'),
};
