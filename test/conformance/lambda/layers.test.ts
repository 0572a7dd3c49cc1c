import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  AddLayerVersionPermissionCommand,
  DeleteLayerVersionCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  LambdaClient,
  ListLayersCommand,
  paginateListLayers,
  paginateListLayerVersions,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  RemoveLayerVersionPermissionCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import type { PublishLayerVersionCommandInput } from '@aws-sdk/client-lambda';
import { Account, clientSettings } from '../../support/account.ts';
import { startTestPlatform } from '../../support/platform.ts';
import { zipArchive } from '../../support/zip-archive.ts';

const OWNER = '000000000000';
const OTHER = '222222222222';
const ARN = `arn:aws:lambda:us-east-1:${OWNER}:layer`;
const ZIP = zipArchive([{ name: 'text', content: 'layer' }]);

suite('Layers through the SDK', () => {
  let platform: Awaited<ReturnType<typeof startTestPlatform>>;
  let owner: Account;
  let other: Account;
  let user: LambdaClient;

  before(async () => {
    platform = await startTestPlatform();
    owner = new Account(platform.endpoint);
    other = new Account(platform.endpoint, { accessKeyId: OTHER, secretAccessKey: 'test' });
    const UserName = 'user';
    await owner.iam.send(new CreateUserCommand({ UserName }));
    await owner.iam.send(
      new PutUserPolicyCommand({
        UserName,
        PolicyName: 'layers',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: 'lambda:Update*', Resource: '*' },
            { Effect: 'Allow', Action: 'lambda:GetLayerVersion', Resource: `${ARN}:allowed:1` },
          ],
        }),
      }),
    );
    const { AccessKey } = await owner.iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    user = new LambdaClient(clientSettings(platform.endpoint, { accessKeyId, secretAccessKey }));
  });

  after(async () => {
    for (const client of [user, ...[owner, other].flatMap(({ lambda, iam }) => [lambda, iam])]) client.destroy();
    await platform.close();
  });

  const publish = (LayerName: string, more: Partial<PublishLayerVersionCommandInput> = {}, account = owner) =>
    account.lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: ZIP }, ...more }));

  test('published, found by name and ARN, downloaded, listed and deleted', async () => {
    const given = {
      Description: 'text',
      LicenseInfo: 'MIT',
      CompatibleRuntimes: ['python3.12'],
      CompatibleArchitectures: ['x86_64'],
    } as const satisfies Partial<Record<keyof PublishLayerVersionCommandInput, unknown>>;
    const input = {
      ...given,
      CompatibleRuntimes: [...given.CompatibleRuntimes],
      CompatibleArchitectures: [...given.CompatibleArchitectures],
    };
    const { $metadata, Content, ...published } = await publish('listed', input);
    assert.equal($metadata.httpStatusCode, 201);
    assert.deepEqual(published, {
      ...given,
      LayerArn: `${ARN}:listed`,
      LayerVersionArn: `${ARN}:listed:1`,
      Version: 1,
      CreatedDate: published.CreatedDate,
    });
    const sha256 = createHash('sha256').update(ZIP).digest('base64');
    assert.deepEqual([Content?.CodeSha256, Content?.CodeSize], [sha256, ZIP.length]);
    for (const found of [
      await owner.lambda.send(new GetLayerVersionCommand({ LayerName: 'listed', VersionNumber: 1 })),
      await owner.lambda.send(new GetLayerVersionByArnCommand({ Arn: `${ARN}:listed:1` })),
    ]) {
      const { $metadata: _metadata, Content: content, ...rest } = found;
      assert.deepEqual(rest, published);
      const download = await fetch(content?.Location ?? '');
      assert.deepEqual([download.status, Buffer.from(await download.arrayBuffer())], [200, ZIP]);
    }
    await publish('listed');
    await publish('listed-too');
    const versions: unknown[] = [];
    for await (const page of paginateListLayerVersions({ client: owner.lambda, pageSize: 1 }, { LayerName: 'listed' })) {
      versions.push(...(page.LayerVersions ?? []).map(({ Version }) => Version));
    }
    assert.deepEqual(versions, [2, 1]);
    const layers: unknown[] = [];
    for await (const page of paginateListLayers({ client: owner.lambda, pageSize: 1 }, {})) {
      layers.push(...(page.Layers ?? []).map(({ LayerName, LatestMatchingVersion }) => [LayerName, LatestMatchingVersion?.Version]));
    }
    assert.deepEqual(layers, [
      ['listed', 2],
      ['listed-too', 1],
    ]);
    const filtered = await owner.lambda.send(new ListLayersCommand({ CompatibleRuntime: 'python3.12', CompatibleArchitecture: 'x86_64' }));
    assert.deepEqual(
      filtered.Layers?.map(({ LatestMatchingVersion }) => LatestMatchingVersion?.LayerVersionArn),
      [`${ARN}:listed:1`],
    );
    const deleted = await owner.lambda.send(new DeleteLayerVersionCommand({ LayerName: 'listed', VersionNumber: 2 }));
    assert.equal(deleted.$metadata.httpStatusCode, 204);
    assert.equal((await publish('listed')).Version, 3, 'a number never comes back');
  });

  test('a policy lets another account get it, statement by statement', async () => {
    await publish('shared');
    const version = { LayerName: 'shared', VersionNumber: 1 };
    const add = (StatementId: string, Principal: string, RevisionId?: string) =>
      owner.lambda.send(
        new AddLayerVersionPermissionCommand({ ...version, StatementId, Principal, RevisionId, Action: 'lambda:GetLayerVersion' }),
      );
    const get = () => other.lambda.send(new GetLayerVersionCommand({ ...version, LayerName: `${ARN}:shared` }));
    await assert.rejects(get(), {
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::${OTHER}:root is not authorized to perform: lambda:GetLayerVersion on resource: ${ARN}:shared:1 because no resource-based policy allows the lambda:GetLayerVersion action`,
    });
    const first = await add('stranger', '333333333333');
    assert.equal(first.$metadata.httpStatusCode, 201);
    await assert.rejects(get(), { name: 'AccessDeniedException' });
    await owner.lambda.send(
      new AddLayerVersionPermissionCommand({
        ...version,
        StatementId: 'organization',
        Principal: '*',
        OrganizationId: 'o-1234567890',
        Action: 'lambda:GetLayerVersion',
      }),
    );
    await assert.rejects(get(), { name: 'AccessDeniedException' }, 'no account is in an organization');
    const second = await add('other', OTHER);
    assert.equal((await get()).LayerVersionArn, `${ARN}:shared:1`);
    const { Policy, RevisionId } = await owner.lambda.send(new GetLayerVersionPolicyCommand(version));
    assert.equal(RevisionId, second.RevisionId);
    const { Statement } = JSON.parse(Policy ?? '') as { readonly Statement: readonly { readonly Sid: string }[] };
    assert.deepEqual(
      Statement.map(({ Sid }) => Sid),
      ['stranger', 'organization', 'other'],
    );
    await owner.lambda.send(new RemoveLayerVersionPermissionCommand({ ...version, StatementId: 'other', RevisionId }));
    await assert.rejects(get(), { name: 'AccessDeniedException' });
  });

  test('functions show their layers; whoever adds one must be allowed to get it', async () => {
    for (const name of ['allowed', 'forbidden']) await publish(name);
    const FunctionName = 'with-layers';
    const code = { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': 'export const handler = () => 1;' } } as const;
    await owner.deploy(FunctionName, { ...code, more: { Layers: [`${ARN}:forbidden:1`], Publish: true } });
    assert.deepEqual((await owner.configuration(FunctionName)).Layers, [{ Arn: `${ARN}:forbidden:1`, CodeSize: ZIP.length }]);
    const use = (layer: string) => user.send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers: [`${ARN}:${layer}:1`] }));
    await assert.rejects(use('forbidden'), {
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::${OWNER}:user/user is not authorized to perform: lambda:GetLayerVersion on resource: ${ARN}:forbidden:1 because no identity-based policy allows the lambda:GetLayerVersion action`,
    });
    await use('allowed');
    await waitUntilFunctionUpdatedV2({ client: owner.lambda, maxWaitTime: 30, minDelay: 0.1, maxDelay: 0.5 }, { FunctionName });
    const second = await owner.lambda.send(new PublishVersionCommand({ FunctionName }));
    assert.deepEqual([second.Version, second.Layers?.map(({ Arn }) => Arn)], ['2', [`${ARN}:allowed:1`]]);
  });
});
