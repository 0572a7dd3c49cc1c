import {
  CreateAliasCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  ListFunctionEventInvokeConfigsCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionEventInvokeConfigCommand,
  type PutFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda';
import { functionName, newFunction } from '../new-function.ts';
import type { ReplayTable } from '../replay.ts';

const ALIAS = 'eventinvokealias';

/** TestLambdaEventInvokeConfig of `test_lambda_api`. */
export const eventInvokeConfigReplays: ReplayTable = {
  async 'TestLambdaEventInvokeConfig::test_lambda_eventinvokeconfig_exceptions'(replay) {
    const { lambda } = replay.account;
    const { FunctionName, FunctionArn = '' } = await newFunction(replay, {
      Timeout: 30,
      Environment: { Variables: {} },
      Handler: 'handler.handler',
    });
    await replay.call('fn_version_result', lambda.send(new PublishVersionCommand({ FunctionName })));
    await replay.call('fn_alias_result', lambda.send(new CreateAliasCommand({ FunctionName, FunctionVersion: '1', Name: ALIAS })));
    const { FunctionArn: otherArn = '' } = await newFunction(replay, { FunctionName: functionName() });
    const missing = FunctionArn.replace(FunctionName, 'doesnotexist');

    const put = (key: string, input: Partial<PutFunctionEventInvokeConfigCommandInput>): Promise<unknown> =>
      replay.call(key, lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, ...input })));
    const attempts = (key: string, input: Partial<PutFunctionEventInvokeConfigCommandInput>): Promise<unknown> =>
      put(key, { MaximumRetryAttempts: 1, ...input });
    const onSuccess = (Destination: string): Partial<PutFunctionEventInvokeConfigCommandInput> => ({
      DestinationConfig: { OnSuccess: { Destination } },
    });
    const get = (key: string, input: object = {}): Promise<unknown> =>
      replay.call(key, lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName, ...input })));
    const update = (key: string, input: object = {}): Promise<unknown> =>
      replay.call(key, lambda.send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0, ...input })));
    const remove = (key: string, input: object = {}): Promise<unknown> =>
      replay.call(key, lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName, ...input })));
    const list = (key: string, input: object = {}): Promise<unknown> =>
      replay.call(key, lambda.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName, ...input })));

    await put('put_functionname_name_notfound', { FunctionName: 'doesnotexist', MaximumRetryAttempts: 0 });
    await put('put_functionname_arn_notfound', { FunctionName: missing, MaximumRetryAttempts: 0 });
    await put('put_functionname_nootherargs', {});
    await put('put_destination_lambda_doesntexist', onSuccess(missing));
    await put('put_destination_recursive', onSuccess(FunctionArn));
    await put('put_destination_other_lambda', onSuccess(otherArn));
    await put('put_destination_invalid_service_arn', onSuccess(FunctionArn.replace(':lambda:', ':iam:')));
    await put('put_destination_success_no_destination_arn', { DestinationConfig: { OnSuccess: {} } });
    await put('put_destination_failure_no_destination_arn', { DestinationConfig: { OnFailure: {} } });
    await put('put_destination_invalid_arn_pattern', {
      DestinationConfig: { OnFailure: { Destination: FunctionArn.replace(':lambda:', ':_-/!lambda:') } },
    });

    const aliasArn = `${FunctionArn}:${ALIAS}`;
    const differs = 'somethingelse';
    await attempts('put_destination_latest', {});
    await attempts('put_destination_latest_explicit_qualifier', { Qualifier: '$LATEST' });
    await attempts('put_destination_version', { Qualifier: '1' });
    await attempts('put_alias_functionname_qualifier', { Qualifier: ALIAS });
    await attempts('put_alias_doesnotexist', { Qualifier: 'doesnotexist' });
    await attempts('put_alias_qualifiedarn', { FunctionName: aliasArn });
    await attempts('put_alias_qualifiedarn_qualifier', { FunctionName: aliasArn, Qualifier: ALIAS });
    await attempts('put_alias_qualifiedarn_qualifierconflict', { FunctionName: aliasArn, Qualifier: differs });
    await attempts('put_alias_shorthand', { FunctionName: `${FunctionName}:${ALIAS}` });
    await attempts('put_alias_shorthand_qualifier', { FunctionName: `${FunctionName}:${ALIAS}`, Qualifier: ALIAS });
    await attempts('put_alias_shorthand_qualifierconflict', { FunctionName: `${FunctionName}:${ALIAS}`, Qualifier: differs });
    await attempts('put_version_shorthand', { FunctionName: `${FunctionName}:1` });
    await attempts('put_shorthand_qualifier_match', { FunctionName: `${FunctionName}:$LATEST`, Qualifier: '$LATEST' });
    await attempts('put_shorthand_qualifier_mismatch_1', { FunctionName: `${FunctionName}:$LATEST`, Qualifier: '1' });
    await attempts('put_shorthand_qualifier_mismatch_2', { FunctionName: `${FunctionName}:$LATEST`, Qualifier: ALIAS });
    await attempts('put_shorthand_qualifier_mismatch_3', { FunctionName: `${FunctionName}:1`, Qualifier: ALIAS });
    await put('put_maxevent_maxvalue_result', { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21_600 });

    await put('put_pre_overwrite', { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 });
    await put('put_post_overwrite', { MaximumRetryAttempts: 0 });
    await put('second_overwrite_existing_response', { MaximumRetryAttempts: 0 });
    await get('get_post_overwrite');
    await put('pre_update_response', { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 });
    await update('update_response');
    await update('update_response_existing');

    await list('list_configs');
    await remove('delete_latest', { Qualifier: '$LATEST' });
    await remove('delete_version', { Qualifier: '1' });
    await remove('delete_alias', { Qualifier: ALIAS });
    await list('list_configs_postdelete');
    await remove('delete_function_not_found');
    await remove('delete_function_doesnotexist', { FunctionName: 'doesnotexist' });
    await list('list_function_doesnotexist', { FunctionName: 'doesnotexist' });
    await get('get_function_doesnotexist', { FunctionName: 'doesnotexist' });
    await get('get_qualifier_doesnotexist', { Qualifier: 'doesnotexist' });
    await update('update_eventinvokeconfig_function_doesnotexist', { FunctionName: 'doesnotexist' });
    await get('get_eventinvokeconfig_doesnotexist', { Qualifier: ALIAS });
    await update('update_eventinvokeconfig_config_doesnotexist_with_qualifier', { Qualifier: ALIAS });
    await update('update_eventinvokeconfig_config_doesnotexist_without_qualifier');
  },
};
