import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  AddPermissionCommand,
  DeleteResourcePolicyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  GetResourcePolicyCommand,
  InvokeCommand,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { Account } from '../../support/account.ts';
import { startTestPlatform } from '../../support/platform.ts';

const OWNER = '000000000000';
const OTHER = '222222222222';
const FUNCTION = `arn:aws:lambda:us-east-1:${OWNER}:function:shared`;
const BUCKET = 'arn:aws:s3:::pictures';

suite('Resource-based policies through the SDK', () => {
  let platform: Awaited<ReturnType<typeof startTestPlatform>>;
  let owner: Account;
  let other: Account;

  before(async () => {
    platform = await startTestPlatform();
    owner = new Account(platform.endpoint);
    other = new Account(platform.endpoint, { accessKeyId: OTHER, secretAccessKey: 'test' });
    await owner.deploy('shared', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: { 'index.mjs': 'export const handler = (event, context) => context.invokedFunctionArn;' },
    });
  });

  after(async () => {
    for (const client of [owner, other].flatMap(({ lambda, iam }) => [lambda, iam])) client.destroy();
    await platform.close();
  });

  const s3 = (StatementId: string): AddPermissionCommand =>
    new AddPermissionCommand({
      FunctionName: 'shared',
      StatementId,
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: BUCKET,
    });
  const remove = (StatementId: string): Promise<unknown> =>
    owner.lambda.send(new RemovePermissionCommand({ FunctionName: 'shared', StatementId }));
  const statement = (Sid: string): object => ({
    Sid,
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: FUNCTION,
    Condition: { ArnLike: { 'AWS:SourceArn': BUCKET } },
  });

  const invokeBy = async (lambda: LambdaClient): Promise<string> => {
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: FUNCTION, Payload: '{}' }));
    return Buffer.from(Payload ?? []).toString('utf8');
  };

  test('statements are added, shown and removed, as recorded by test_lambda_permission_fn_versioning', async () => {
    const added = await owner.lambda.send(s3('s3'));
    assert.deepEqual([added.$metadata.httpStatusCode, added.Statement], [201, JSON.stringify(statement('s3'))]);
    const shown = await owner.lambda.send(new GetPolicyCommand({ FunctionName: 'shared' }));
    assert.equal(shown.Policy, JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: [statement('s3')] }));
    await owner.lambda.send(s3('s3_2'));
    const both = await owner.lambda.send(new GetPolicyCommand({ FunctionName: 'shared' }));
    assert.equal(both.Policy, JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: [statement('s3'), statement('s3_2')] }));
    assert.notEqual(both.RevisionId, shown.RevisionId);
    await assert.rejects(owner.lambda.send(s3('s3')), { name: 'ResourceConflictException' });
    await assert.rejects(owner.lambda.send(s3('no sid')), {
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'no sid' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
    });
    await remove('s3');
    await remove('s3_2');
    await assert.rejects(owner.lambda.send(new GetPolicyCommand({ FunctionName: 'shared' })), {
      name: 'ResourceNotFoundException',
      message: 'The resource you requested does not exist.',
    });
  });

  test('another account gets in by a statement that names it, and only there', async () => {
    const refused = (action: string): object => ({
      name: 'AccessDeniedException',
      message:
        `User: arn:aws:iam::${OTHER}:root is not authorized to perform: lambda:${action} on resource: ${FUNCTION}` +
        ` because no resource-based policy allows the lambda:${action} action`,
    });
    await assert.rejects(invokeBy(other.lambda), refused('InvokeFunction'));
    await owner.lambda.send(
      new AddPermissionCommand({ FunctionName: 'shared', StatementId: 'other', Action: 'lambda:InvokeFunction', Principal: OTHER }),
    );
    assert.equal(await invokeBy(other.lambda), JSON.stringify(FUNCTION));
    const configuration = new GetFunctionConfigurationCommand({ FunctionName: FUNCTION });
    await assert.rejects(other.lambda.send(configuration), refused('GetFunctionConfiguration'));
    await assert.rejects(other.lambda.send(new InvokeCommand({ FunctionName: `${FUNCTION}:$LATEST` })), { name: 'AccessDeniedException' });
    await owner.lambda.send(
      new AddPermissionCommand({ FunctionName: 'shared', StatementId: 'all', Action: 'lambda:*', Principal: `arn:aws:iam::${OTHER}:root` }),
    );
    assert.equal((await other.lambda.send(configuration)).FunctionName, 'shared');
    // Not one of the operations that another account may use, whatever the policy says.
    await assert.rejects(
      other.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: FUNCTION, Timeout: 5 })),
      refused('UpdateFunctionConfiguration'),
    );
    await remove('other');
    await remove('all');
    await assert.rejects(invokeBy(other.lambda), refused('InvokeFunction'));
  });

  test('a user without policies of his own gets in by a statement that names him', async () => {
    await owner.iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey } = await owner.iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const ann = new Account(platform.endpoint, {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    const message =
      `User: arn:aws:iam::${OWNER}:user/ann is not authorized to perform: lambda:InvokeFunction on resource: ${FUNCTION}` +
      ' because no identity-based policy allows the lambda:InvokeFunction action';
    await assert.rejects(invokeBy(ann.lambda), { name: 'AccessDeniedException', message });
    await owner.lambda.send(
      new AddPermissionCommand({
        FunctionName: 'shared',
        StatementId: 'ann',
        Action: 'lambda:InvokeFunction',
        Principal: `arn:aws:iam::${OWNER}:user/ann`,
      }),
    );
    assert.equal(await invokeBy(ann.lambda), JSON.stringify(FUNCTION));
    const deny = { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: 'lambda:InvokeFunction', Resource: '*' } };
    await owner.iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'deny', PolicyDocument: JSON.stringify(deny) }));
    await assert.rejects(invokeBy(ann.lambda), { message: /with an explicit deny in an identity-based policy$/ });
    await remove('ann');
    ann.lambda.destroy();
  });

  test('a whole policy is put, denies even root, and is deleted', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Sid: 'nobody', Effect: 'Deny', Principal: '*', Action: 'lambda:InvokeFunction', Resource: FUNCTION },
    });
    const put = await owner.lambda.send(new PutResourcePolicyCommand({ ResourceArn: FUNCTION, Policy }));
    assert.equal(put.Policy, Policy);
    await assert.rejects(invokeBy(owner.lambda), {
      name: 'AccessDeniedException',
      message: /lambda:InvokeFunction on resource: .* with an explicit deny in a resource-based policy$/,
    });
    const shown = await owner.lambda.send(new GetResourcePolicyCommand({ ResourceArn: FUNCTION }));
    assert.deepEqual([shown.Policy, shown.RevisionId], [Policy, put.RevisionId]);
    const stale = new DeleteResourcePolicyCommand({ ResourceArn: FUNCTION, RevisionId: '00000000-0000-4000-8000-000000000000' });
    await assert.rejects(owner.lambda.send(stale), { name: 'PreconditionFailedException' });
    const deleted = await owner.lambda.send(new DeleteResourcePolicyCommand({ ResourceArn: FUNCTION, RevisionId: put.RevisionId }));
    assert.equal(deleted.$metadata.httpStatusCode, 204);
    assert.equal(await invokeBy(owner.lambda), JSON.stringify(FUNCTION));
  });
});
