import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  LambdaServiceException,
  ListCapacityProvidersCommand,
  ListTagsCommand,
  paginateListFunctions,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { startTestPlatform } from '../../support/platform.ts';
import { zipArchive } from '../../support/zip-archive.ts';

const ACCOUNT = '000000000000';
const ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function`;
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

const zipOf = (text: string): Buffer =>
  zipArchive([{ name: 'index.mjs', content: `export const handler = () => ${JSON.stringify(text)};` }]);

suite('Lambda control plane through the SDK', () => {
  let platform: Awaited<ReturnType<typeof startTestPlatform>>;
  let lambda: LambdaClient;
  let role: string;

  before(async () => {
    platform = await startTestPlatform();
    const options = { endpoint: platform.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    lambda = new LambdaClient({ ...options, maxAttempts: 1 });
    const iam = new IAMClient(options);
    const created = await iam.send(new CreateRoleCommand({ RoleName: 'lambda-role', AssumeRolePolicyDocument: JSON.stringify(TRUST) }));
    role = created.Role?.Arn ?? assert.fail('no role');
    iam.destroy();
  });

  after(async () => {
    lambda.destroy();
    await platform.close();
  });

  const create = (FunctionName: string, more: Partial<CreateFunctionCommand['input']> = {}): Promise<unknown> =>
    lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: role,
        Code: { ZipFile: zipOf('one') },
        ...more,
      }),
    );

  async function failure(
    work: Promise<unknown>,
  ): Promise<{ readonly name: string; readonly message: string; readonly status: number | undefined }> {
    try {
      await work;
    } catch (error) {
      assert.ok(error instanceof LambdaServiceException, String(error));
      return { name: error.name, message: error.message, status: error.$metadata.httpStatusCode };
    }
    return assert.fail('expected a service error');
  }

  test('create, download, update, delete, as recorded by test_function_lifecycle', async () => {
    const FunctionName = 'lifecycle';
    await create(FunctionName, { Environment: { Variables: {} }, Tags: { key_a: 'value_a' } });
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 1 }, { FunctionName });

    const first = await lambda.send(new GetFunctionCommand({ FunctionName }));
    assert.deepEqual(first.Tags, { key_a: 'value_a' });
    assert.deepEqual(first.Configuration?.Environment, { Variables: {} });
    const download = await fetch(first.Code?.Location ?? '');
    assert.equal(download.status, 200);
    const sha256 = createHash('sha256')
      .update(Buffer.from(await download.arrayBuffer()))
      .digest('base64');
    assert.equal(sha256, first.Configuration?.CodeSha256);

    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zipOf('two') }));
    await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 30, minDelay: 1 }, { FunctionName });
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 10, MemorySize: 512 }));
    await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 30, minDelay: 1 }, { FunctionName });
    const second = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.notEqual(second.CodeSha256, first.Configuration?.CodeSha256);
    assert.deepEqual([second.Timeout, second.MemorySize, second.State, second.LastUpdateStatus], [10, 512, 'Active', 'Successful']);

    const deleted = await lambda.send(new DeleteFunctionCommand({ FunctionName }));
    assert.deepEqual([deleted.StatusCode, deleted.$metadata.httpStatusCode], [204, 204]);
    assert.deepEqual(await failure(lambda.send(new DeleteFunctionCommand({ FunctionName }))), {
      name: 'ResourceNotFoundException',
      message: `Function not found: ${ARN}:${FunctionName}`,
      status: 404,
    });
  });

  test('lists in pages and counts', async () => {
    const names = ['list-a', 'list-b', 'list-c'];
    for (const name of names) await create(name);
    const listed: string[] = [];
    for await (const page of paginateListFunctions({ client: lambda, pageSize: 2 }, {})) {
      assert.ok((page.Functions ?? []).length <= 2);
      listed.push(...(page.Functions ?? []).map((found) => found.FunctionName ?? ''));
    }
    assert.deepEqual(
      listed.filter((name) => name.startsWith('list-')),
      names,
    );
    const settings = await lambda.send(new GetAccountSettingsCommand({}));
    assert.equal(settings.AccountUsage?.FunctionCount, listed.length);
  });

  test('tags, as recorded by test_tag_lifecycle', async () => {
    await create('tagged');
    const Resource = `${ARN}:tagged`;
    const tagged = await lambda.send(new TagResourceCommand({ Resource, Tags: { A: 'tag-a', B: 'tag-b' } }));
    assert.equal(tagged.$metadata.httpStatusCode, 204);
    const untagged = await lambda.send(new UntagResourceCommand({ Resource, TagKeys: ['A', 'F'] }));
    assert.equal(untagged.$metadata.httpStatusCode, 204);
    assert.deepEqual((await lambda.send(new ListTagsCommand({ Resource }))).Tags, { B: 'tag-b' });
  });

  test("a package above 50 MB, one above 250 MB unpacked and one that is none, in AWS's words", async () => {
    const refused = (ZipFile: Uint8Array): ReturnType<typeof failure> => failure(create('oversized', { Code: { ZipFile } }));
    assert.deepEqual(await refused(Buffer.alloc(52_428_801)), {
      name: 'RequestEntityTooLargeException',
      message: 'Zipped size must be smaller than 52428800 bytes',
      status: 413,
    });
    assert.deepEqual(await refused(zipArchive([{ name: 'a', claimedSize: 262_144_001 }])), {
      name: 'InvalidParameterValueException',
      message: 'Unzipped size must be smaller than 262144000 bytes',
      status: 400,
    });
    assert.equal(
      (await refused(Buffer.from('no zip'))).message,
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    );
  });

  test('an operation that is not there says so', async () => {
    const { status } = await failure(lambda.send(new ListCapacityProvidersCommand({})));
    assert.ok(status !== undefined && status >= 400);
  });
});
