import assert from 'node:assert/strict';
import {
  AddPermissionCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  ListProvisionedConcurrencyConfigsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { GetProvisionedConcurrencyConfigCommandOutput } from '@aws-sdk/client-lambda';
import { Account, eventually } from '../../support/account.ts';
import { zipArchive } from '../../support/zip-archive.ts';
import { newFunction, updated } from '../new-function.ts';
import type { Replay, ReplayTable } from '../replay.ts';

/** A function as the recorded tests made it. */
const ECHO = {
  Handler: 'handler.handler',
  Timeout: 30,
  Environment: { Variables: {} },
  Code: { ZipFile: zipArchive([{ name: 'handler.py', content: 'def handler(event, context):\n    return event\n' }]) },
} as const;

/** Answers once what is provisioned is ready. */
async function provisioned(
  replay: Replay,
  target: { readonly FunctionName: string; readonly Qualifier: string },
): Promise<GetProvisionedConcurrencyConfigCommandOutput> {
  return eventually('provisioned concurrency is ready', async () => {
    const found = await replay.account.lambda.send(new GetProvisionedConcurrencyConfigCommand(target));
    return found.Status === 'READY' ? found : undefined;
  });
}

/** TestLambdaReservedConcurrency and TestLambdaProvisionedConcurrency of `test_lambda_api`, TestLambdaConcurrency of `test_lambda`. */
export const concurrencyReplays: ReplayTable = {
  async 'TestLambdaReservedConcurrency::test_function_concurrency_exceptions'(replay) {
    const { lambda } = replay.account;
    const absent = { FunctionName: 'doesnotexist' };
    const put = (input: { readonly FunctionName: string }, reserved: number) =>
      lambda.send(new PutFunctionConcurrencyCommand({ ...input, ReservedConcurrentExecutions: reserved }));
    await replay.call('put_function_concurrency_with_function_name_doesnotexist', put(absent, 1));
    await replay.call('put_function_concurrency_with_function_name_doesnotexist_and_invalid_concurrency', put(absent, 0));
    const { FunctionName } = await newFunction(replay);
    const { FunctionArn = '' } = await lambda.send(new PublishVersionCommand({ FunctionName }));
    await replay.call('put_function_concurrency_with_qualified_arn', put({ FunctionName: FunctionArn }, 1));
  },

  async 'TestLambdaReservedConcurrency::test_function_concurrency_limits'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay);
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    const limit = AccountLimit?.ConcurrentExecutions ?? 0;
    const put = (reserved: number) =>
      lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: reserved }));
    await replay.call('put_function_concurrency_account_limit_exceeded', put(limit + 1));
    await replay.call('put_function_concurrency_below_unreserved_min_value', put(limit - 99));
  },

  async 'TestLambdaProvisionedConcurrency::test_provisioned_concurrency_exceptions'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay, ECHO);
    const version = await replay.call('publish_version_result', lambda.send(new PublishVersionCommand({ FunctionName })));
    const Qualifier = version?.Version ?? '';
    const get = (name: string, qualifier: string) =>
      lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName: name, Qualifier: qualifier }));
    await replay.call('get_provisioned_config_doesnotexist', get(FunctionName, Qualifier));
    await replay.call('get_provisioned_functionname_doesnotexist', get('doesnotexist', 'noalias'));
    await replay.call('get_provisioned_qualifier_doesnotexist', get(FunctionName, 'noalias'));
    await replay.call('get_provisioned_version_doesnotexist', get(FunctionName, '10'));
    await replay.call('get_provisioned_latest', get(FunctionName, '$LATEST'));

    const list = (name: string) => lambda.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName: name }));
    await replay.call('list_provisioned_noconfigs', list(FunctionName));
    await replay.call('list_provisioned_functionname_doesnotexist', list('doesnotexist'));

    const remove = (name: string, qualifier: string) =>
      lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: name, Qualifier: qualifier }));
    await replay.call('delete_provisioned_functionname_doesnotexist', remove('doesnotexist', '1'));
    await replay.call('delete_provisioned_qualifier_doesnotexist', remove(FunctionName, 'noalias'));
    await replay.call('delete_provisioned_version_doesnotexist', remove(FunctionName, '10'));
    await replay.call('delete_provisioned_latest', remove(FunctionName, '$LATEST'));
    await replay.call('delete_provisioned_config_doesnotexist', remove(FunctionName, Qualifier));

    const put = (name: string, qualifier: string, count = 1) =>
      lambda.send(
        new PutProvisionedConcurrencyConfigCommand({ FunctionName: name, Qualifier: qualifier, ProvisionedConcurrentExecutions: count }),
      );
    await replay.call('put_provisioned_invalid_param_0', put(FunctionName, Qualifier, 0));
    await replay.call('put_provisioned_functionname_doesnotexist_alias', put('doesnotexist', 'noalias'));
    await replay.call('put_provisioned_functionname_doesnotexist_version', put('doesnotexist', '1'));
    await replay.call('put_provisioned_qualifier_doesnotexist', put(FunctionName, 'doesnotexist'));
    await replay.call('put_provisioned_version_doesnotexist', put(FunctionName, '10'));
    await replay.call('put_provisioned_latest', put(FunctionName, '$LATEST'));
  },

  async 'TestLambdaConcurrency::test_lambda_concurrency_crud'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay);
    const get = () => lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
    await replay.call('get_function_concurrency_default', get());
    await replay.call(
      'put_function_concurrency',
      lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 })),
    );
    await replay.call('get_function_concurrency_updated', get());
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    await replay.call('get_function_concurrency_deleted', get());
  },

  async 'TestLambdaConcurrency::test_lambda_concurrency_update'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay, ECHO);
    const get = () => lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
    for (const reserved of [1, 3]) {
      const answer = lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: reserved }));
      if (reserved === 3) await replay.call('put_function_concurrency', answer);
      else await answer;
    }
    await replay.call('get_function_concurrency_updated', get());
    await replay.call('get_function_concurrency_info', lambda.send(new GetFunctionCommand({ FunctionName })));
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    await replay.call('get_function_concurrency_deleted', get());
  },

  async 'TestLambdaConcurrency::test_lambda_concurrency_block'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay, ECHO);
    const version = await replay.call('v1_result', lambda.send(new PublishVersionCommand({ FunctionName })));
    const Qualifier = version?.Version ?? '';
    await replay.call(
      'reserved_concurrency_result',
      lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 })),
    );
    const invoke = (qualifier: string) =>
      lambda.send(new InvokeCommand({ FunctionName, Qualifier: qualifier, Payload: JSON.stringify({ hello: 'world' }) }));
    await replay.call('invoke_latest_before_block', invoke('$LATEST'));
    await replay.call(
      'provisioned_concurrency_result',
      lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions: 1 })),
    );
    await provisioned(replay, { FunctionName, Qualifier });
    await replay.call('invoke_latest_first_exc', invoke('$LATEST'));
    await replay.call('invoke_v1_after_block', invoke(Qualifier));
    await replay.call('invoke_latest_second_exc', invoke('$LATEST'));
  },

  /** As far as it goes without asynchronous invocation. */
  async 'TestLambdaConcurrency::test_reserved_concurrency'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay, { ...ECHO, Timeout: 20 });
    const latest = { FunctionName, Qualifier: '$LATEST' };
    await replay.call('fn', lambda.send(new GetFunctionConfigurationCommand(latest)));
    await replay.call('put_reserved', lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 })));
    const destination = { DestinationConfig: { OnFailure: { Destination: `arn:aws:sqs:us-east-1:${replay.accountId}:queue` } } };
    const configure = new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0, ...destination });
    await replay.call('put_event_invoke_conf', lambda.send(configure));
    await replay.call('exc_no_cap_requestresponse', lambda.send(new InvokeCommand({ ...latest, InvocationType: 'RequestResponse' })));
  },

  async 'TestLambdaConcurrency::test_lambda_provisioned_concurrency_scheduling'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay);
    const { Version: Qualifier = '' } = await lambda.send(new PublishVersionCommand({ FunctionName }));
    await lambda.send(new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier, ProvisionedConcurrentExecutions: 1 }));
    await replay.call('get_provisioned_postwait', provisioned(replay, { FunctionName, Qualifier }));
  },

  async 'TestLambdaConcurrency::test_reserved_provisioned_overlap'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay, ECHO);
    const { Version: Qualifier = '' } = await lambda.send(new PublishVersionCommand({ FunctionName, Description: 'my-first-version' }));
    const put = (qualifier: string, count: number) =>
      lambda.send(
        new PutProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: qualifier, ProvisionedConcurrentExecutions: count }),
      );
    const reserve = (count: number) =>
      lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: count }));
    await replay.call('put_provisioned_5', put(Qualifier, 2));
    await replay.call('get_provisioned_prewait', lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier })));
    await replay.call('get_provisioned_postwait', provisioned(replay, { FunctionName, Qualifier }));
    await replay.call('reserved_lower_than_provisioned_exc', reserve(1));
    await reserve(2);
    await replay.call('get_concurrency', lambda.send(new GetFunctionConcurrencyCommand({ FunctionName })));
    await replay.call(
      'reserved_equals_provisioned_latest_invoke_exc',
      lambda.send(new InvokeCommand({ FunctionName, Qualifier: '$LATEST', Payload: '{}' })),
    );
    await replay.call('update_func_config', lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 15 })));
    await updated(replay, FunctionName);
    const { Version: another = '' } = await lambda.send(new PublishVersionCommand({ FunctionName }));
    await replay.call('reserved_equals_provisioned_another_provisioned_exc', put(another, 1));
    await replay.call('reserved_equals_provisioned_increase_provisioned_exc', put(Qualifier, 3));
  },

  /** Nothing is recorded of it but that it works. */
  async 'TestLambdaMultiAccounts::test_function_concurrency'(replay) {
    const { FunctionName, FunctionArn } = await newFunction(replay);
    const otherAccount = '999999999999';
    for (const operation of ['PutFunctionConcurrency', 'GetFunctionConcurrency', 'DeleteFunctionConcurrency']) {
      const permission = { Action: `lambda:${operation}`, Principal: otherAccount, StatementId: operation };
      await replay.account.lambda.send(new AddPermissionCommand({ FunctionName, ...permission }));
    }
    const { lambda } = new Account(replay.endpoint, { accessKeyId: otherAccount, secretAccessKey: 'test' });
    const target = { FunctionName: FunctionArn };
    await lambda.send(new PutFunctionConcurrencyCommand({ ...target, ReservedConcurrentExecutions: 2 }));
    const reserved = await lambda.send(new GetFunctionConcurrencyCommand(target));
    assert.equal(reserved.ReservedConcurrentExecutions, 2);
    await lambda.send(new DeleteFunctionConcurrencyCommand(target));
    lambda.destroy();
  },
};
