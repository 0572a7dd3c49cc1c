import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey } from '../../../../test/support/layer-version.ts';
import { getLayerVersionByArn } from './get-layer-version-by-arn.ts';
import { getLayerVersion } from './get-layer-version.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:layer:l';

suite('GetLayerVersionByArn', () => {
  test('Arn finds the version', async () => {
    const plane = await lambdaControlPlane();
    await plane.layers.publish(layerKey('l'), layerContent());
    const get = getLayerVersionByArn(plane);
    assert.deepEqual(
      await get({ Arn: `${ARN}:1` }, requestContext()),
      await getLayerVersion(plane)({ LayerName: 'l', VersionNumber: 1 }, requestContext()),
    );
    // Recorded: get_layer_version_by_arn_exc_nonexistentversion.
    for (const Arn of [`${ARN}:2`, 'arn:aws:lambda:::awslayer:AmazonLinux1803']) {
      await rejectsWith(() => get({ Arn }, requestContext()), {
        code: 'ResourceNotFoundException',
        status: 404,
        message: 'The resource you requested does not exist.',
      });
    }
  });
});
