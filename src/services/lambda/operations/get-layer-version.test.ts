import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { addLayerStatement } from '#functions/layer-policy.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey, OTHER_ACCOUNT } from '../../../../test/support/layer-version.ts';
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

  test('another account gets it by the policy only, and is not told what there is', async () => {
    const { get, layers, ids } = await oneVersion();
    const foreign = (VersionNumber: number) => get({ LayerName: ARN, VersionNumber }, requestContext(OTHER_ACCOUNT));
    for (const number of [1, 2]) {
      await rejectsWith(() => foreign(number), {
        code: 'AccessDeniedException',
        status: 403,
        message: `User: arn:aws:iam::222222222222:root is not authorized to perform: lambda:GetLayerVersion on resource: ${ARN}:${number} because no resource-based policy allows the lambda:GetLayerVersion action`,
      });
    }
    await layers.update({ ...layerKey('l'), version: 1 }, (version) =>
      addLayerStatement(
        version,
        { sid: 's', action: 'lambda:GetLayerVersion', principal: OTHER_ACCOUNT },
        { expectedRevisionId: undefined, ids },
      ),
    );
    assert.equal((await foreign(1)).LayerVersionArn, `${ARN}:1`);
  });
});
