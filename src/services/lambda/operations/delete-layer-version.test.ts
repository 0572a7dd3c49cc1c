import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey, OTHER_ACCOUNT } from '../../../../test/support/layer-version.ts';
import { deleteLayerVersion } from './delete-layer-version.ts';

suite('DeleteLayerVersion', () => {
  test('LayerName and VersionNumber name what is deleted; a second time succeeds', async () => {
    const plane = await lambdaControlPlane();
    const remove = deleteLayerVersion(plane);
    for (let count = 0; count < 2; count++) await plane.layers.publish(layerKey('l'), layerContent());
    const LayerName = 'arn:aws:lambda:us-east-1:111111111111:layer:l';
    await rejectsWith(() => remove({ LayerName, VersionNumber: 1 }, requestContext(OTHER_ACCOUNT)), {
      code: 'AccessDeniedException',
      message: /lambda:DeleteLayerVersion on resource: arn:aws:lambda:us-east-1:111111111111:layer:l:1 /,
    });
    for (const input of [
      { LayerName, VersionNumber: 1 },
      { LayerName: 'l', VersionNumber: 1 },
      { LayerName: 'unknown', VersionNumber: 1 },
    ]) {
      assert.deepEqual(await remove(input, requestContext()), {});
    }
    assert.deepEqual(
      plane.layers.versions(layerKey('l')).map(({ version }) => version),
      [2],
    );
    // Recorded: delete_layer_version_exc_layerversion_invalid_version.
    await rejectsWith(() => remove({ LayerName: 'l', VersionNumber: -1 }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Layer Version Cannot be less than 1',
    });
  });
});
