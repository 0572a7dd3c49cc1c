import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import {
  CreateCodeSigningConfigCommand,
  CreateFunctionCommand,
  GetFunctionCommand,
  ListTagsCommand,
  PublishLayerVersionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutSigningProfileCommand, SignerClient, StartSigningJobCommand, waitUntilSuccessfulSigningJob } from '@aws-sdk/client-signer';
import { Account, clientSettings } from '../../support/account.ts';
import { startTestPlatform } from '../../support/platform.ts';
import { zipArchive } from '../../support/zip-archive.ts';

const ZIP = zipArchive([{ name: 'index.py', content: 'def handler(event, context): return "signed"' }]);

suite('Signed code through the SDK', () => {
  let platform: Awaited<ReturnType<typeof startTestPlatform>>;
  let account: Account;
  let s3: S3Client;
  let signer: SignerClient;
  let publisher: string;
  let config: string;
  let signedKey: string;

  before(async () => {
    platform = await startTestPlatform();
    account = new Account(platform.endpoint);
    s3 = new S3Client(clientSettings(platform.endpoint));
    signer = new SignerClient(clientSettings(platform.endpoint));
    await s3.send(new CreateBucketCommand({ Bucket: 'code' }));
    await s3.send(new PutObjectCommand({ Bucket: 'code', Key: 'plain.zip', Body: ZIP }));
    const profile = await signer.send(new PutSigningProfileCommand({ profileName: 'team', platformId: 'AWSLambda-SHA384-ECDSA' }));
    publisher = profile.profileVersionArn ?? '';
    const { jobId = '' } = await signer.send(
      new StartSigningJobCommand({
        profileName: 'team',
        source: { s3: { bucketName: 'code', key: 'plain.zip', version: 'null' } },
        destination: { s3: { bucketName: 'code', prefix: 'signed-' } },
      }),
    );
    await waitUntilSuccessfulSigningJob({ client: signer, maxWaitTime: 10, minDelay: 0.1, maxDelay: 1 }, { jobId });
    signedKey = `signed-${jobId}.zip`;
    const created = await account.lambda.send(
      new CreateCodeSigningConfigCommand({
        AllowedPublishers: { SigningProfileVersionArns: [publisher] },
        CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' },
      }),
    );
    config = created.CodeSigningConfig?.CodeSigningConfigArn ?? '';
  });

  after(async () => {
    for (const client of [account.lambda, account.iam, account.logs, account.sts, s3, signer]) client.destroy();
    await platform.close();
  });

  async function create(name: string, Code: object) {
    return account.lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: 'python3.12',
        Handler: 'index.handler',
        Role: await account.role(),
        CodeSigningConfigArn: config,
        Code,
      }),
    );
  }

  test('is deployed, and the function shows who signed it', async () => {
    const created = await create('signed', { S3Bucket: 'code', S3Key: signedKey });
    assert.equal(created.SigningProfileVersionArn, publisher);
    await account.active('signed');
    const { Configuration } = await account.lambda.send(new GetFunctionCommand({ FunctionName: 'signed' }));
    assert.match(Configuration?.SigningJobArn ?? '', /^arn:aws:signer:us-east-1:000000000000:\/signing-jobs\/[0-9a-f-]{36}$/);
    const layer = await account.lambda.send(
      new PublishLayerVersionCommand({ LayerName: 'signed', Content: { S3Bucket: 'code', S3Key: signedKey } }),
    );
    assert.equal(layer.Content?.SigningProfileVersionArn, publisher);
  });

  test('that is not signed, or was changed afterwards, is not', async () => {
    await assert.rejects(create('unsigned', { ZipFile: ZIP }), {
      name: 'CodeVerificationFailedException',
      $fault: 'client',
      message:
        'Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Check the provided signature for unsigned.',
    });
    const object = await s3.send(new GetObjectCommand({ Bucket: 'code', Key: signedKey }));
    const signed = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
    const changed = Buffer.from(signed.toString('latin1').replace('index.py', 'other.py').replace('index.py', 'other.py'), 'latin1');
    await assert.rejects(create('changed', { ZipFile: changed }), { name: 'InvalidCodeSignatureException' });
    await create('updated', { ZipFile: signed });
    await account.active('updated');
    await assert.rejects(account.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'updated', ZipFile: ZIP })), {
      name: 'CodeVerificationFailedException',
    });
  });

  test('has configurations with tags', async () => {
    const tags = async (): Promise<unknown> => (await account.lambda.send(new ListTagsCommand({ Resource: config }))).Tags;
    await account.lambda.send(new TagResourceCommand({ Resource: config, Tags: { a: 'b', c: 'd' } }));
    assert.deepEqual(await tags(), { a: 'b', c: 'd' });
    await account.lambda.send(new UntagResourceCommand({ Resource: config, TagKeys: ['a'] }));
    assert.deepEqual(await tags(), { c: 'd' });
    const missing = `${config.slice(0, -17)}${'0'.repeat(17)}`;
    await assert.rejects(account.lambda.send(new ListTagsCommand({ Resource: missing })), { name: 'ResourceNotFoundException' });
  });
});
