import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey } from '../../../../test/support/layer-version.ts';
import { getLayerVersion } from './get-layer-version.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:layer:l';

async function oneVersion() {
  const plane = await lambdaControlPlane();
  await plane.layers.publish(layerKey('l'), layerContent({ description: 'mine' }));
  return { ...plane, get: getLayerVersion(plane) };
}

suite('GetLayerVersion', () => {
  test('LayerName may be a name or an ARN', async () => {
    const { get } = await oneVersion();
    const found = await get({ LayerName: 'l', VersionNumber: 1 }, requestContext());
    assert.deepEqual([found.LayerVersionArn, found.LayerArn, found.Description], [`${ARN}:1`, ARN, 'mine']);
    assert.equal(found.Content?.CodeSize, 50);
    assert.deepEqual(await get({ LayerName: ARN, VersionNumber: 1 }, requestContext()), found);
    // Recorded: get_layer_version_exc_layer_doesnotexist.
    await rejectsWith(() => get({ LayerName: 'unknown', VersionNumber: 1 }, requestContext()), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'The resource you requested does not exist.',
    });
  });

  test('VersionNumber must be one that exists', async () => {
    const { get } = await oneVersion();
    // Recorded: get_layer_version_exc_layer_version_doesnotexist_*.
    for (const VersionNumber of [0, -1]) {
      await rejectsWith(() => get({ LayerName: 'l', VersionNumber }, requestContext()), {
        code: 'InvalidParameterValueException',
        status: 400,
        message: 'Layer Version Cannot be less than 1',
      });
    }
    await rejectsWith(() => get({ LayerName: 'l', VersionNumber: 2 }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: 'The resource you requested does not exist.',
    });
  });
});
