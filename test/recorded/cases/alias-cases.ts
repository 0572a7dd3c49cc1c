import { CreateAliasCommand, CreateFunctionCommand, GetAliasCommand, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { active, functionInput } from '../new-function.ts';
import type { ReplayTable } from '../replay.ts';

/** TestLambdaAlias of `test_lambda_api`. */
export const aliasReplays: ReplayTable = {
  async 'TestLambdaAlias::test_alias_naming'(replay) {
    const { lambda } = replay.account;
    const input = await functionInput(replay, { Environment: { Variables: { testenv: 'staging' } } });
    const FunctionName = input.FunctionName ?? '';
    await replay.call('create_response', lambda.send(new CreateFunctionCommand(input)));
    await active(replay, FunctionName);
    await replay.call('publish_v1', lambda.send(new PublishVersionCommand({ FunctionName })));
    const alias = { FunctionName, FunctionVersion: '1', Description: 'custom-alias' };
    await replay.call('create_alias_date', lambda.send(new CreateAliasCommand({ ...alias, Name: '2024-01-02' })));
    await replay.call('get_alias_date', lambda.send(new GetAliasCommand({ FunctionName, Name: '2024-01-02' })));
    await replay.call('create_alias_number_exception', lambda.send(new CreateAliasCommand({ ...alias, Name: '2024' })));
  },
};
