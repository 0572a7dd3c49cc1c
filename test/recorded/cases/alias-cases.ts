import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  GetAliasCommand,
  InvokeCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type CreateAliasCommandInput,
} from '@aws-sdk/client-lambda';
import { zipArchive } from '../../support/zip-archive.ts';
import { active, functionInput, updated } from '../new-function.ts';
import type { Replay, ReplayTable } from '../replay.ts';

const STAGING = { Environment: { Variables: { testenv: 'staging' } } };

/** Creates a function as `create_response` shows it. */
async function created(replay: Replay, more: Parameters<typeof functionInput>[1]): Promise<string> {
  const input = await functionInput(replay, more);
  await replay.call('create_response', replay.account.lambda.send(new CreateFunctionCommand(input)));
  await active(replay, input.FunctionName ?? '');
  return input.FunctionName ?? '';
}

/** A handler that says which version it is, and as what it was invoked. */
function versionZip(version: string): Buffer {
  const content = `def handler(event, context):
    return {"version_id": "${version}", "invoked_arn": context.invoked_function_arn, "version_from_ctx": context.function_version}
`;
  return zipArchive([{ name: 'handler.py', content }]);
}

/** TestLambdaAlias of `test_lambda_api`, and TestLambdaAliases of `test_lambda`. */
export const aliasReplays: ReplayTable = {
  async 'TestLambdaAlias::test_alias_naming'(replay) {
    const { lambda } = replay.account;
    const FunctionName = await created(replay, STAGING);
    await replay.call('publish_v1', lambda.send(new PublishVersionCommand({ FunctionName })));
    const alias = { FunctionName, FunctionVersion: '1', Description: 'custom-alias' };
    await replay.call('create_alias_date', lambda.send(new CreateAliasCommand({ ...alias, Name: '2024-01-02' })));
    await replay.call('get_alias_date', lambda.send(new GetAliasCommand({ FunctionName, Name: '2024-01-02' })));
    await replay.call('create_alias_number_exception', lambda.send(new CreateAliasCommand({ ...alias, Name: '2024' })));
  },

  async 'TestLambdaAlias::test_non_existent_alias_deletion'(replay) {
    const FunctionName = await created(replay, STAGING);
    await replay.call('delete_alias_response', replay.account.lambda.send(new DeleteAliasCommand({ FunctionName, Name: 'non-existent' })));
  },

  async 'TestLambdaAlias::test_non_existent_alias_update'(replay) {
    const FunctionName = await created(replay, STAGING);
    await replay.call('update_alias_response', replay.account.lambda.send(new UpdateAliasCommand({ FunctionName, Name: 'non-existent' })));
  },

  async 'TestLambdaAlias::test_notfound_and_invalid_routingconfigs'(replay) {
    const { lambda } = replay.account;
    const FunctionName = await created(replay, { ...STAGING, Publish: true });
    await replay.call('publish_v1', lambda.send(new PublishVersionCommand({ FunctionName })));
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: { testenv: 'prod' } } }));
    await updated(replay, FunctionName);
    await replay.call('publish_v2', lambda.send(new PublishVersionCommand({ FunctionName })));

    const create = (key: string, weights: Record<string, number> | undefined, more: Partial<CreateAliasCommandInput> = {}) => {
      const RoutingConfig = weights === undefined ? {} : { AdditionalVersionWeights: weights };
      const input = { Name: 'custom', FunctionName, FunctionVersion: '1', RoutingConfig, ...more };
      return replay.call(key, lambda.send(new CreateAliasCommand(input)));
    };
    await create('routing_config_exc_toomany', { 1: 0.8, 2: 0.2 });
    await create('routing_config_exc_toohigh', { 2: 2 });
    await create('routing_config_exc_subzero', { 2: -1 });
    await create('routing_config_exc_sameversion', { 1: 0.5 });
    await create('target_version_doesnotexist', { 2: 0.5 }, { FunctionVersion: '10' });
    await create('routing_config_exc_version_doesnotexist', { 10: 0.5 });
    await create('target_version_exc_version_latest', { 1: 0.5 }, { FunctionVersion: '$LATEST' });
    await create('routing_config_exc_version_latest', { $LATEST: 0.5 });
    await create('create-alias-latest', undefined, { Name: 'custom-latest', FunctionVersion: '$LATEST' });
    await create('routing_config_exc_fn_doesnotexist', { 2: 0.5 }, { FunctionName: `${FunctionName}-unknown` });
    await create('create_alias_empty_routingconfig', undefined, { Name: 'custom-empty-routingconfig' });
    await create('create_alias_response', { 2: 0.5 });
    await create('routing_config_exc_already_exist', { 2: 0.5 });
    await replay.call('alias_does_not_exist_esc', lambda.send(new GetAliasCommand({ FunctionName, Name: 'non-existent' })));
  },

  async 'TestLambdaAliases::test_lambda_alias_moving'(replay) {
    const { lambda } = replay.account;
    const code = { Handler: 'handler.handler', Code: { ZipFile: versionZip('version1') } };
    const FunctionName = await created(replay, { ...code, Description: 'No version :(' });
    await lambda.send(new PublishVersionCommand({ FunctionName, Description: 'First version description :)' }));
    const created1 = new CreateAliasCommand({ FunctionName, FunctionVersion: '1', Name: 'alias1' });
    const alias = await replay.call('create_alias_response', lambda.send(created1));
    const invoke = (key: string, named: { FunctionName: string; Qualifier?: string }): Promise<unknown> =>
      replay.call(key, lambda.send(new InvokeCommand({ ...named, Payload: '{}' })));
    const byQualifier = { FunctionName, Qualifier: 'alias1' };
    await invoke('invocation_result_qualifier_v1', byQualifier);
    await invoke('invocation_result_qualifier_v1_arn', { FunctionName: alias?.AliasArn ?? '' });
    const update = new UpdateFunctionCodeCommand({ FunctionName, ZipFile: versionZip('version2') });
    await replay.call('update_lambda_response', lambda.send(update));
    await updated(replay, FunctionName);
    await invoke('invocation_result_qualifier_v1_after_update', byQualifier);
    const publish = new PublishVersionCommand({ FunctionName, Description: 'Second version description :)' });
    await replay.call('second_publish_response', lambda.send(publish));
    await invoke('invocation_result_qualifier_v1_after_publish', byQualifier);
    const move = new UpdateAliasCommand({ FunctionName, FunctionVersion: '2', Name: 'alias1' });
    await replay.call('update_alias_response', lambda.send(move));
    await invoke('invocation_result_qualifier_v2', byQualifier);
    await invoke('invocation_exc_not_existent', { FunctionName, Qualifier: 'non-existent-alias' });
  },
};
