import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionRecursionConfigCommand,
  InvokeCommand,
  ListVersionsByFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionRecursionConfigCommand,
  TagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { zipArchive } from '../../support/zip-archive.ts';
import { active, echoZip, functionInput, newFunction, newHelperFunction, slowZip, updated } from '../new-function.ts';
import { errorRecord, type Replay, type ReplayTable } from '../replay.ts';

async function created(replay: Replay, key: string, more: Parameters<typeof functionInput>[1] = {}): Promise<string> {
  const input = await functionInput(replay, more);
  await replay.call(key, replay.account.lambda.send(new CreateFunctionCommand(input)));
  await active(replay, input.FunctionName ?? '');
  return input.FunctionName ?? '';
}

async function totalCodeSize(replay: Replay): Promise<number> {
  return (await replay.account.lambda.send(new GetAccountSettingsCommand({}))).AccountUsage?.TotalCodeSize ?? Number.NaN;
}

/** What the recorded tests sent had these sizes. */
function zipOfSize(bytes: number, name: string): Buffer {
  const empty = zipArchive([{ name, content: '', method: 0 }]).length;
  return zipArchive([{ name, content: '#'.repeat(bytes - empty), method: 0 }]);
}

const TWO_HANDLERS = zipArchive([
  {
    name: 'handler.py',
    content:
      'def handler(event, context):\n    return {"handler": "handler"}\n\ndef handler_two(event, context):\n    return {"handler": "handler_two"}\n',
  },
]);

const VARIANT = zipArchive([
  {
    name: 'handler.py',
    content: `import os
def handler(event, context):
    return {
        "function_version": context.function_version,
        "request_id": context.aws_request_id,
        "request_prefix": event["request_prefix"],
        "function_variant": os.environ["FUNCTION_VARIANT"],
    }
`,
  },
]);

/** TestLambdaVersions, TestLambdaRevisions, TestLambdaRecursion, TestLambdaAccountSettings and a few beside them. */
export const versionReplays: ReplayTable = {
  async 'TestLambdaVersions::test_publish_version_on_create'(replay) {
    const { lambda } = replay.account;
    const FunctionName = await created(replay, 'create_response', { Publish: true });
    await replay.call('get_function_result', lambda.send(new GetFunctionCommand({ FunctionName })));
    await active(replay, `${FunctionName}:1`);
    await replay.call('get_function_version_result', lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: '1' })));
    await replay.call('get_function_latest_result', lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: '$LATEST' })));
    await replay.call('list_versions_result', lambda.send(new ListVersionsByFunctionCommand({ FunctionName })));
    await replay.call('repeated_publish_response', lambda.send(new PublishVersionCommand({ FunctionName })));
    await replay.call('list_versions_result_after_publish', lambda.send(new ListVersionsByFunctionCommand({ FunctionName })));
  },

  async 'TestLambdaVersions::test_publish_with_wrong_sha256'(replay) {
    const { lambda } = replay.account;
    const FunctionName = await created(replay, 'create_response');
    const found = await replay.call('get_fn_response', lambda.send(new GetFunctionCommand({ FunctionName })));
    const publish = (key: string, CodeSha256: string): Promise<unknown> =>
      replay.call(key, lambda.send(new PublishVersionCommand({ FunctionName, CodeSha256 })));
    await publish('publish_wrong_sha256_exc', 'somenonexistentsha256');
    await publish('publish_result', found?.Configuration?.CodeSha256 ?? '');
  },

  async 'TestLambdaVersions::test_publish_with_update'(replay) {
    const { lambda } = replay.account;
    const FunctionName = await created(replay, 'create_response');
    await replay.call('get_function_result', lambda.send(new GetFunctionCommand({ FunctionName })));
    const update = new UpdateFunctionCodeCommand({ FunctionName, ZipFile: slowZip(), Publish: true });
    await replay.call('update_function_code_result', lambda.send(update));
    await replay.call('get_function_version_result', lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: '1' })));
    await replay.call('get_function_latest_result', lambda.send(new GetFunctionCommand({ FunctionName, Qualifier: '$LATEST' })));
  },

  async 'TestLambdaVersions::test_lambda_handler_update'(replay) {
    const { lambda } = replay.account;
    const code = { Handler: 'handler.handler', Code: { ZipFile: TWO_HANDLERS } };
    const { FunctionName } = await newFunction(replay, { ...code, Timeout: 30, Environment: { Variables: {} } });
    const invoke = (key: string): Promise<unknown> => replay.call(key, lambda.send(new InvokeCommand({ FunctionName })));
    await invoke('invoke_result_handler_one');
    const update = new UpdateFunctionConfigurationCommand({ FunctionName, Handler: 'handler.handler_two' });
    await replay.call('update_function_configuration_result', lambda.send(update));
    await updated(replay, FunctionName);
    await replay.call('get_function_result', lambda.send(new GetFunctionCommand({ FunctionName })));
    await invoke('invoke_result_handler_two');
    await lambda.send(new PublishVersionCommand({ FunctionName }));
    await invoke('invoke_result_handler_two_postpublish');
  },

  async 'TestLambdaVersions::test_function_update_during_invoke'(replay) {
    const code = { Handler: 'handler.handler', Code: { ZipFile: VARIANT } };
    const { FunctionName } = await newFunction(replay, { ...code, Environment: { Variables: { FUNCTION_VARIANT: 'variant-1' } } });
    const invoke = new InvokeCommand({ FunctionName, Payload: JSON.stringify({ request_prefix: '1-sleep' }) });
    await replay.call('invoke_response_before', replay.account.lambda.send(invoke));
  },

  async 'TestLambdaRevisions::test_function_revisions_basic'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newHelperFunction(replay, 'create_function_response_rev1', {
      Handler: 'index.handler',
      Code: { ZipFile: echoZip() },
    });
    const get = (key: string): Promise<{ readonly Configuration?: { readonly RevisionId?: string | undefined } | undefined } | undefined> =>
      replay.call(key, lambda.send(new GetFunctionCommand({ FunctionName })));
    const rev2 = (await get('get_function_response_rev2'))?.Configuration?.RevisionId;

    const code = { FunctionName, ZipFile: echoZip() };
    const wrong = { RevisionId: 'wrong' };
    await replay.call('update_function_revision_exception', lambda.send(new UpdateFunctionCodeCommand({ ...code, ...wrong })));
    await replay.call('update_function_code_response_rev3', lambda.send(new UpdateFunctionCodeCommand({ ...code, RevisionId: rev2 })));
    await updated(replay, FunctionName);
    const rev4 = (await get('get_function_response_rev4'))?.Configuration?.RevisionId;

    const runtime = { FunctionName, Runtime: 'python3.8' } as const;
    const refused = new UpdateFunctionConfigurationCommand({ ...runtime, ...wrong });
    await replay.call('update_function_configuration_revision_exception', lambda.send(refused));
    const update = new UpdateFunctionConfigurationCommand({ ...runtime, RevisionId: rev4 });
    await replay.call('update_function_configuration_response_rev5', lambda.send(update));
    await updated(replay, FunctionName);
    await get('get_function_response_rev6');
  },

  async 'TestLambdaRecursion::test_put_function_recursion_config_default_terminate'(replay) {
    const { FunctionName } = await newFunction(replay);
    const get = new GetFunctionRecursionConfigCommand({ FunctionName });
    await replay.call('get_recursion_default_terminate_response', replay.account.lambda.send(get));
  },

  async 'TestLambdaRecursion::test_put_function_recursion_config_allow'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay);
    const put = new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: 'Allow' });
    await replay.call('put_recursion_config_response', lambda.send(put));
    await replay.call('get_recursion_config_response', lambda.send(new GetFunctionRecursionConfigCommand({ FunctionName })));
  },

  async 'TestLambdaAccountSettings::test_account_settings_total_code_size'(replay) {
    const { lambda } = replay.account;
    let before = await totalCodeSize(replay);
    const added = async (key: string): Promise<void> => {
      const now = await totalCodeSize(replay);
      replay.match(key, now - before);
      before = now;
    };
    const ZipFile = zipOfSize(276, 'index.py');
    const { FunctionName } = await newFunction(replay, { Code: { ZipFile } });
    await added('total_code_size_diff_create_function');
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, Publish: true }));
    await added('total_code_size_diff_update_function');
    const layer = { LayerName: 'layer', Content: { ZipFile: zipOfSize(169, 'file.txt') } };
    await lambda.send(new PublishLayerVersionCommand(layer));
    await added('total_code_size_diff_publish_layer');
    await lambda.send(new PublishLayerVersionCommand(layer));
    await added('total_code_size_diff_publish_layer_version');
  },

  async 'TestLambdaAccountSettings::test_account_settings_total_code_size_config_update'(replay) {
    const { lambda } = replay.account;
    const none = await totalCodeSize(replay);
    const { FunctionName } = await newFunction(replay, { Code: { ZipFile: zipOfSize(276, 'index.py') } });
    const withFunction = await totalCodeSize(replay);
    replay.match('is_total_code_size_diff_create_function_more_than_200', withFunction - none > 200);
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Runtime: 'nodejs22.x' }));
    await updated(replay, FunctionName);
    const configured = await totalCodeSize(replay);
    replay.match('total_code_size_diff_update_function_configuration', configured - withFunction);
    await lambda.send(new PublishVersionCommand({ FunctionName, Description: 'actually publish the config update' }));
    const published = await totalCodeSize(replay);
    replay.match('is_total_code_size_diff_publish_version_after_config_update_more_than_200', published - configured > 200);
  },

  async 'TestLambdaTags::test_tag_versions'(replay) {
    const { lambda } = replay.account;
    const { FunctionName, FunctionArn } = await newFunction(replay, { Publish: true });
    const tag = (key: string, qualifier: string): Promise<unknown> =>
      replay.call(key, lambda.send(new TagResourceCommand({ Resource: `${FunctionArn}:${qualifier}`, Tags: { key: 'value' } })));
    await tag('tag_resource_exception', '1');
    await tag('tag_resource_latest_exception', '$LATEST');
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  },

  async 'TestLambdaFunction::test_lambda_concurrent_code_updates'(replay) {
    const { lambda } = replay.account;
    const FunctionName = await created(replay, 'create-function-response', { Handler: 'handler.handler' });
    const update = (comment: string): Promise<unknown> => {
      return lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: echoZip(comment) }));
    };
    const both = await Promise.allSettled([update('one'), update('two')]);
    for (const result of both) {
      if (result.status === 'rejected') replay.match('update-during-in-progress-update-exc', errorRecord(result.reason));
    }
  },

  async 'TestLambdaBaseFeatures::test_function_state'(replay) {
    const FunctionName = await created(replay, 'create-fn-response', { Handler: 'handler.handler' });
    await replay.call('get-fn-response', replay.account.lambda.send(new GetFunctionCommand({ FunctionName })));
  },
};
