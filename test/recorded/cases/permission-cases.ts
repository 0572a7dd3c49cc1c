import {
  AddPermissionCommand,
  CreateAliasCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  LambdaServiceException,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import type { AddPermissionCommandInput } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { newFunction, newHelperFunction, HELPER_INPUT } from '../new-function.ts';
import { errorRecord, parsed, type Replay, type ReplayTable } from '../replay.ts';

/** AddPermission and GetPolicy answer documents in texts, which the records hold read. */
interface Permissions {
  readonly add: (key: string | undefined, more?: Partial<AddPermissionCommandInput>) => Promise<void>;
  readonly get: (key: string, Qualifier?: string) => Promise<string | undefined>;
}

function permissionsOf(replay: Replay, FunctionName: string): Permissions {
  const { lambda } = replay.account;
  return {
    async add(key, more = {}) {
      const statement = { StatementId: 's3', Principal: 's3.amazonaws.com', Action: 'lambda:InvokeFunction' };
      const answer = lambda.send(new AddPermissionCommand({ FunctionName, ...statement, ...more }));
      if (key === undefined) await answer;
      else
        await replay.call(
          key,
          answer.then(({ Statement, ...rest }) => ({ ...rest, Statement: parsed(Statement ?? '') })),
        );
    },
    async get(key, Qualifier) {
      const answer = lambda.send(new GetPolicyCommand({ FunctionName, Qualifier }));
      const found = await replay.call(
        key,
        answer.then(({ Policy, ...rest }) => ({ ...rest, Policy: parsed(Policy ?? '') })),
      );
      return found?.RevisionId;
    },
  };
}

const BUCKET = { SourceArn: 'arn:aws:s3:::test-bucket' };

/** TestLambdaPermissions of `test_lambda_api`, and what TestLambdaRevisions says about permissions. */
export const permissionReplays: ReplayTable = {
  async 'TestLambdaPermissions::test_add_lambda_permission_aws'(replay) {
    const { FunctionName } = await newHelperFunction(replay, 'create_lambda');
    const { add, get } = permissionsOf(replay, FunctionName);
    await add('add_permission', BUCKET);
    await get('get_policy');
  },

  async 'TestLambdaPermissions::test_create_multiple_lambda_permissions'(replay) {
    const { FunctionName } = await newFunction(replay);
    const { add, get } = permissionsOf(replay, FunctionName);
    await add('add_permission_response_1', { StatementId: 'logs', Principal: 'logs.amazonaws.com' });
    await add('add_permission_response_2', { StatementId: 'kinesis', Principal: 'kinesis.amazonaws.com' });
    await get('policy_after_2_add');
  },

  async 'TestLambdaPermissions::test_lambda_permission_versioning'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay);
    const { add, get } = permissionsOf(replay, FunctionName);
    await add('add_permission', BUCKET);
    await get('get_policy');
    const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName }));
    await get('get_policy_after_publishing_latest');
    await get('get_policy_after_publishing_new_version', Version);
    await add(undefined, { ...BUCKET, Qualifier: Version });
    await get('get_policy_after_adding_to_new_version');
    await add(undefined, { ...BUCKET, StatementId: 's3_2' });
    await get('get_policy_after_adding_2');
  },

  async 'TestLambdaPermissions::test_lambda_permission_fn_versioning'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newFunction(replay, HELPER_INPUT);
    const { add, get } = permissionsOf(replay, FunctionName);
    await add('add_permission', BUCKET);
    await get('get_policy');
    const published = await replay.call('publish_version_result', lambda.send(new PublishVersionCommand({ FunctionName })));
    const Version = published?.Version ?? '';
    await replay.call('get_function_result_after_publishing', lambda.send(new GetFunctionCommand({ FunctionName })));
    await get('get_policy_after_publishing_latest');
    await get('get_policy_after_publishing_new_version', Version);
    await add(undefined, { ...BUCKET, Qualifier: Version });
    await get('get_policy_version', Version);

    const Name = 'permission-alias';
    const alias = new CreateAliasCommand({ FunctionName, Name, FunctionVersion: Version });
    const created = await replay.call('create_alias_response', lambda.send(alias));
    await replay.call('get_alias', lambda.send(new GetAliasCommand({ FunctionName, Name })));
    await add('add_permission_alias_revision_exception', { ...BUCKET, Qualifier: Name, RevisionId: created?.RevisionId });
    await add(undefined, { ...BUCKET, Qualifier: Name });
    await get('get_policy_alias', Name);
    const RevisionId = await get('get_policy_after_adding_to_new_version');
    await add(undefined, { ...BUCKET, StatementId: 's3_2', RevisionId });
    await get('get_policy_after_adding_2');
  },

  async 'TestLambdaPermissions::test_add_lambda_permission_fields'(replay) {
    const { FunctionName } = await newFunction(replay);
    const { add } = permissionsOf(replay, FunctionName);
    const { Arn } = await replay.account.sts.send(new GetCallerIdentityCommand({}));
    const SourceAccount = replay.accountId;
    await add('add_permission_principal_wildcard', { StatementId: 'wilcard', Principal: '*', SourceAccount });
    await add('add_permission_principal_service', { StatementId: 'lambda', Principal: 'lambda.amazonaws.com', SourceAccount });
    await add('add_permission_principal_account', { StatementId: 'account-id', Principal: replay.accountId });
    await add('add_permission_principal_arn', { StatementId: 'user-arn', Principal: Arn, SourceAccount });
    await add('add_permission_optional_fields', {
      ...BUCKET,
      StatementId: 'urlPermission',
      Principal: '*',
      Action: 'lambda:InvokeFunctionUrl',
      SourceAccount,
      PrincipalOrgID: 'o-1234567890',
      FunctionUrlAuthType: 'NONE',
    });
    await add('add_permission_alexa_skill', {
      StatementId: 'alexaSkill',
      Principal: '*',
      EventSourceToken: 'amzn1.ask.skill.xxxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx',
    });
  },

  async 'TestLambdaPermissions::test_add_lambda_permission_optional_fields'(replay) {
    // Recorded is that it succeeds.
    const { FunctionName } = await newFunction(replay);
    const { add } = permissionsOf(replay, FunctionName);
    await add(undefined, { ...BUCKET, SourceAccount: replay.accountId, PrincipalOrgID: 'o-1234567890' });
  },

  async 'TestLambdaRevisions::test_function_revisions_permissions'(replay) {
    const { FunctionName } = await newFunction(replay);
    const statement = { StatementId: 's3', Principal: 's3.amazonaws.com', Action: 'lambda:InvokeFunction', ...BUCKET };
    try {
      await replay.account.lambda.send(new AddPermissionCommand({ FunctionName, ...statement, RevisionId: 'wrong' }));
    } catch (error) {
      if (!(error instanceof LambdaServiceException)) throw error;
      const { $metadata, $response } = error;
      const metadata = {
        HTTPHeaders: $response?.headers,
        HTTPStatusCode: $metadata.httpStatusCode,
        RequestId: $metadata.requestId,
        RetryAttempts: ($metadata.attempts ?? 1) - 1,
      };
      replay.match('add_permission_revision_exception', { ...(errorRecord(error) as object), ResponseMetadata: metadata });
    }
  },
};
