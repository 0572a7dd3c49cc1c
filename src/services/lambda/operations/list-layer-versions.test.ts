import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey, OTHER_ACCOUNT } from '../../../../test/support/layer-version.ts';
import { listLayerVersions } from './list-layer-versions.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:layer:l';

async function threeVersions() {
  const plane = await lambdaControlPlane();
  const list = listLayerVersions(plane);
  for (const content of [{ compatibleRuntimes: ['python3.12'] }, { compatibleArchitectures: ['arm64'] }, {}]) {
    await plane.layers.publish(layerKey('l'), layerContent(content));
  }
  const numbers = async (input: Partial<Parameters<typeof list>[0]>): Promise<readonly unknown[]> =>
    ((await list({ LayerName: 'l', ...input }, requestContext())).LayerVersions ?? []).map(({ Version }) => Version);
  return { list, numbers };
}

suite('ListLayerVersions', () => {
  test('LayerName may be a name or an ARN; an unknown layer has no versions', async () => {
    const { list, numbers } = await threeVersions();
    assert.deepEqual(await numbers({}), [3, 2, 1]);
    assert.deepEqual(await numbers({ LayerName: ARN }), [3, 2, 1]);
    // Recorded: list_nonexistent_layer.
    assert.deepEqual(await list({ LayerName: 'unknown' }, requestContext()), { LayerVersions: [] });
    await rejectsWith(() => list({ LayerName: ARN }, requestContext(OTHER_ACCOUNT)), { code: 'AccessDeniedException', message: /./ });
  });

  test('CompatibleRuntime and CompatibleArchitecture filter', async () => {
    const { numbers } = await threeVersions();
    assert.deepEqual(await numbers({ CompatibleRuntime: 'python3.12' }), [1]);
    assert.deepEqual(await numbers({ CompatibleArchitecture: 'arm64' }), [2]);
    assert.deepEqual(await numbers({ CompatibleRuntime: 'python3.12', CompatibleArchitecture: 'arm64' }), []);
  });

  test('Marker and MaxItems page through all versions, the newest first', async () => {
    const { list, numbers } = await threeVersions();
    assert.deepEqual(await numbers({ MaxItems: 2 }), [3, 2]);
    const { NextMarker } = await list({ LayerName: 'l', MaxItems: 2 }, requestContext());
    assert.deepEqual(await numbers({ MaxItems: 2, Marker: NextMarker }), [1]);
  });
});
