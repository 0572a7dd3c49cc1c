import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  LambdaClient,
  LambdaServiceException,
  PublishLayerVersionCommand,
  UpdateFunctionCodeCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Account, clientSettings } from '../../support/account.ts';
import { startTestPlatform } from '../../support/platform.ts';
import { zipArchive } from '../../support/zip-archive.ts';

const zip = (text: string): Buffer => zipArchive([{ name: 'index.py', content: `def handler(event, context): return '${text}'` }]);
const SOURCE = { S3Bucket: 'code-bucket', S3Key: 'dir/code one.zip' };

suite('Code from S3 through the SDK', () => {
  let platform: Awaited<ReturnType<typeof startTestPlatform>>;
  let account: Account;
  let s3: S3Client;
  let s3Irish: S3Client;

  before(async () => {
    platform = await startTestPlatform();
    account = new Account(platform.endpoint);
    s3 = new S3Client(clientSettings(platform.endpoint));
    s3Irish = new S3Client({ ...clientSettings(platform.endpoint), region: 'eu-west-1' });
    await s3.send(new CreateBucketCommand({ Bucket: SOURCE.S3Bucket }));
    await s3.send(new PutObjectCommand({ Bucket: SOURCE.S3Bucket, Key: SOURCE.S3Key, Body: zip('one') }));
    await s3Irish.send(new CreateBucketCommand({ Bucket: 'irish', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  });

  after(async () => {
    for (const client of [account.lambda, account.iam, account.logs, account.sts, s3, s3Irish]) client.destroy();
    await platform.close();
  });

  async function create(name: string, Code: object, lambda: LambdaClient = account.lambda) {
    return lambda.send(
      new CreateFunctionCommand({ FunctionName: name, Runtime: 'python3.12', Handler: 'index.handler', Role: await account.role(), Code }),
    );
  }

  async function fails(work: Promise<unknown>, code: string, message: string | RegExp): Promise<void> {
    await assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof LambdaServiceException, String(error));
      assert.equal(error.name, code);
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    });
  }

  test('a function and a layer are made of objects, and updated from others', async () => {
    const created = await create('from-s3', SOURCE);
    assert.equal(created.CodeSize, zip('one').length);
    await waitUntilFunctionActiveV2(
      { client: account.lambda, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.3 },
      { FunctionName: 'from-s3' },
    );
    await s3.send(new PutObjectCommand({ Bucket: SOURCE.S3Bucket, Key: 'two.zip', Body: zip('number two') }));
    const updated = await account.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'from-s3', ...SOURCE, S3Key: 'two.zip' }));
    assert.equal(updated.CodeSize, zip('number two').length);
    const { Code } = await account.lambda.send(new GetFunctionCommand({ FunctionName: 'from-s3' }));
    assert.equal(Code?.RepositoryType, 'S3');
    const layer = await account.lambda.send(new PublishLayerVersionCommand({ LayerName: 'from-s3', Content: SOURCE }));
    assert.equal(layer.Content?.CodeSize, zip('one').length);
  });

  /** The recorded answers of test_lambda_code_location_s3_errors. */
  test('a missing bucket or key is told in the words of Lambda', async () => {
    const noBucket = 'Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist';
    const noKey = 'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.';
    await create('s3-errors', SOURCE);
    await waitUntilFunctionActiveV2(
      { client: account.lambda, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.3 },
      { FunctionName: 's3-errors' },
    );
    for (const [source, message] of [
      [{ ...SOURCE, S3Bucket: 'missing-bucket' }, noBucket],
      [{ ...SOURCE, S3Key: 'missing' }, noKey],
    ] as const) {
      await fails(create('other', source), 'InvalidParameterValueException', message);
      const update = account.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 's3-errors', ...source }));
      await fails(update, 'InvalidParameterValueException', message);
    }
    await fails(
      create('other', { ...SOURCE, S3Bucket: 'irish' }),
      'InvalidParameterValueException',
      /S3 Error Code: PermanentRedirect\. S3 Error Message: The bucket is in this region: eu-west-1\./,
    );
  });

  test('the caller must be allowed to read the object', async () => {
    const iam = new IAMClient(clientSettings(platform.endpoint));
    await iam.send(new CreateUserCommand({ UserName: 'deployer' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'deployer' }));
    const allow = async (...Action: string[]): Promise<void> => {
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
      await iam.send(new PutUserPolicyCommand({ UserName: 'deployer', PolicyName: 'p', PolicyDocument }));
    };
    await allow('lambda:*', 'iam:PassRole');
    const key = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
    const lambda = new LambdaClient(clientSettings(platform.endpoint, key));
    await fails(
      create('by-user', SOURCE, lambda),
      'AccessDeniedException',
      /^Your access has been denied by S3, please make sure your request credentials have permission to GetObject for code-bucket\/dir\/code one\.zip\. S3 Error Code: AccessDenied\. S3 Error Message: User: arn:aws:iam::000000000000:user\/deployer is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::code-bucket\/dir\/code one\.zip"/,
    );
    await allow('lambda:*', 'iam:PassRole', 's3:GetObject');
    assert.equal((await create('by-user', SOURCE, lambda)).FunctionName, 'by-user');
    lambda.destroy();
    iam.destroy();
  });
});
