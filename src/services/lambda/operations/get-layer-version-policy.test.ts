import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey, OTHER_ACCOUNT } from '../../../../test/support/layer-version.ts';
import { addLayerVersionPermission } from './add-layer-version-permission.ts';
import { getLayerVersionPolicy } from './get-layer-version-policy.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:layer';

suite('GetLayerVersionPolicy', () => {
  test('LayerName and VersionNumber must name an own version that exists', async () => {
    const plane = await lambdaControlPlane();
    const get = getLayerVersionPolicy(plane);
    await plane.layers.publish(layerKey('l'), layerContent());
    for (const [LayerName, VersionNumber] of [
      ['x', 1],
      ['l', 2],
    ] as const) {
      await rejectsWith(() => get({ LayerName, VersionNumber }, requestContext()), {
        code: 'ResourceNotFoundException',
        status: 404,
        message: `Layer version ${ARN}:${LayerName}:${VersionNumber} does not exist.`,
      });
    }
    // Recorded: layer_permission_nopolicy_get.
    await rejectsWith(() => get({ LayerName: 'l', VersionNumber: 1 }, requestContext()), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'No policy is associated with the given resource.',
    });
    await rejectsWith(() => get({ LayerName: `${ARN}:l`, VersionNumber: 1 }, requestContext(OTHER_ACCOUNT)), {
      code: 'AccessDeniedException',
      message: /lambda:GetLayerVersionPolicy/,
    });
  });

  test('answers what permissions were added', async () => {
    const plane = await lambdaControlPlane();
    await plane.layers.publish(layerKey('l'), layerContent());
    const named = { LayerName: 'l', VersionNumber: 1 };
    const statement = { ...named, StatementId: 's1', Action: 'lambda:GetLayerVersion', Principal: '*' };
    const { Statement, RevisionId } = await addLayerVersionPermission(plane)(statement, requestContext());
    const policy = await getLayerVersionPolicy(plane)(named, requestContext());
    assert.deepEqual(policy, { Policy: `{"Version":"2012-10-17","Id":"default","Statement":[${Statement}]}`, RevisionId });
  });
});
