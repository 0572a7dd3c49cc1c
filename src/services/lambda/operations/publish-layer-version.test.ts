import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import {
  lambdaControlPlane,
  rejectsWith,
  requestContext,
  TEST_ZIP,
  type LambdaControlPlane,
} from '../../../../test/support/lambda-control-plane.ts';
import { OTHER_ACCOUNT } from '../../../../test/support/layer-version.ts';
import { publishLayerVersion } from './publish-layer-version.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:layer';
const publisher = (plane: LambdaControlPlane) => {
  const operation = publishLayerVersion(plane);
  return async (input: Partial<Parameters<typeof operation>[0]>, context = requestContext()) =>
    operation({ LayerName: 'l', Content: { ZipFile: TEST_ZIP }, ...input }, context);
};

suite('PublishLayerVersion', () => {
  test('LayerName counts versions of its own, and may be an ARN of this account', async () => {
    const publish = publisher(await lambdaControlPlane());
    const first = await publish({});
    assert.deepEqual([first.LayerArn, first.LayerVersionArn, first.Version], [`${ARN}:l`, `${ARN}:l:1`, 1]);
    assert.equal((await publish({ LayerName: `${ARN}:l` })).LayerVersionArn, `${ARN}:l:2`);
    assert.equal((await publish({ LayerName: 'm' })).Version, 1);
    await rejectsWith(() => publish({ LayerName: `${ARN}:l` }, requestContext(OTHER_ACCOUNT)), {
      code: 'AccessDeniedException',
      status: 403,
      message: `User: arn:aws:iam::222222222222:root is not authorized to perform: lambda:PublishLayerVersion on resource: ${ARN}:l because no resource-based policy allows the lambda:PublishLayerVersion action`,
    });
    await rejectsWith(() => publish({ LayerName: `${ARN}:l` }, requestContext(undefined, 'eu-west-1')), {
      code: 'ResourceNotFoundException',
      message: "Layers from 'us-east-1' are not reachable in this region ('eu-west-1')",
    });
  });

  test('Content.ZipFile is stored under its SHA-256, checked, and mandatory', async () => {
    const plane = await lambdaControlPlane();
    const publish = publisher(plane);
    const { Content } = await publish({});
    const digest = createHash('sha256').update(TEST_ZIP);
    assert.deepEqual([Content?.CodeSha256, Content?.CodeSize], [digest.copy().digest('base64'), TEST_ZIP.length]);
    assert.equal(await plane.blobs.size(digest.digest('hex')), TEST_ZIP.length);
    const link = new URL(Content?.Location ?? '');
    assert.equal((await plane.codeUrls.download(link.pathname, link.search.slice(1))).status, 200);
    const refused: readonly (readonly [object, string])[] = [
      [{}, 'Please provide a source for layer content.'],
      [{ ZipFile: Buffer.from('x') }, 'Could not unzip uploaded file. Please check your file, then try to upload again.'],
      [{ ZipFile: Buffer.alloc(0) }, 'Uploaded file must be a non-empty zip'],
    ];
    for (const [content, message] of refused) {
      await rejectsWith(() => publish({ Content: content }), { code: 'InvalidParameterValueException', message });
    }
    assert.equal((await publish({})).Version, 2, 'what was refused has taken no number');
  });

  test('Content.S3Bucket and Content.S3Key name an object that the caller may read', async () => {
    const plane = await lambdaControlPlane();
    plane.objects.set('bucket/layer.zip', TEST_ZIP);
    const publish = publisher(plane);
    await rejectsWith(() => publish({ Content: { S3Bucket: 'bucket', S3Key: 'other' } }), {
      code: 'InvalidParameterValueException',
      message: 'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
    });
    const { Content } = await publish({ Content: { S3Bucket: 'bucket', S3Key: 'layer.zip' } });
    assert.equal(Content?.CodeSize, TEST_ZIP.length);
  });

  test('Description, LicenseInfo, CompatibleRuntimes and CompatibleArchitectures are stored', async () => {
    const publish = publisher(await lambdaControlPlane());
    const given = {
      Description: 'mine',
      LicenseInfo: 'MIT',
      CompatibleRuntimes: ['python3.12', 'nodejs24.x'] as ['python3.12', 'nodejs24.x'],
      CompatibleArchitectures: ['arm64', 'x86_64'] as ['arm64', 'x86_64'],
    };
    const { Content, ...full } = await publish(given);
    assert.ok(Content);
    const arns = { LayerArn: `${ARN}:l`, CreatedDate: '2026-11-20T10:00:00.000+0000' };
    assert.deepEqual(full, { ...given, ...arns, LayerVersionArn: `${ARN}:l:1`, Version: 1 });
    // Recorded: test_layer_s3_content gives no lists, publish_empty_result empty ones.
    const { Content: _plain, ...plain } = await publish({});
    assert.deepEqual(plain, { ...arns, Description: '', LayerVersionArn: `${ARN}:l:2`, Version: 2 });
    const empty = await publish({ CompatibleRuntimes: [], CompatibleArchitectures: [] });
    assert.deepEqual([empty.CompatibleRuntimes, empty.CompatibleArchitectures], [[], []]);
  });
});
