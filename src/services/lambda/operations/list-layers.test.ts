import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey, OTHER_ACCOUNT } from '../../../../test/support/layer-version.ts';
import { listLayers } from './list-layers.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:layer';

suite('ListLayers', () => {
  test('CompatibleRuntime and CompatibleArchitecture select the newest version that has both', async () => {
    const plane = await lambdaControlPlane();
    const list = listLayers(plane);
    const content = layerContent({ compatibleRuntimes: ['python3.12'], compatibleArchitectures: ['x86_64'] });
    await plane.layers.publish(layerKey('l'), content);
    await plane.layers.publish(layerKey('l'), layerContent({ compatibleRuntimes: ['python3.12'], licenseInfo: 'MIT' }));
    await plane.layers.publish(layerKey('m'), layerContent());
    await plane.layers.publish(layerKey('l', { accountId: OTHER_ACCOUNT }), content);
    const newest = async (input: Parameters<typeof list>[0]): Promise<readonly unknown[]> =>
      ((await list(input, requestContext())).Layers ?? []).map(({ LatestMatchingVersion }) => LatestMatchingVersion?.LayerVersionArn);
    assert.deepEqual(await newest({}), [`${ARN}:l:2`, `${ARN}:m:1`]);
    assert.deepEqual(await newest({ CompatibleRuntime: 'python3.12' }), [`${ARN}:l:2`]);
    assert.deepEqual(await newest({ CompatibleRuntime: 'python3.12', CompatibleArchitecture: 'x86_64' }), [`${ARN}:l:1`]);
    assert.deepEqual(await newest({ CompatibleRuntime: 'python3.11' }), []);
    assert.deepEqual((await list({}, requestContext())).Layers?.[0], {
      LayerName: 'l',
      LayerArn: `${ARN}:l`,
      LatestMatchingVersion: {
        LayerVersionArn: `${ARN}:l:2`,
        Version: 2,
        Description: '',
        CreatedDate: '2026-11-20T10:00:00.000+0000',
        CompatibleRuntimes: ['python3.12'],
        LicenseInfo: 'MIT',
      },
    });
  });

  test('Marker and MaxItems page through all layers', async () => {
    const plane = await lambdaControlPlane();
    const list = listLayers(plane);
    for (const name of ['c', 'a', 'b']) await plane.layers.publish(layerKey(name), layerContent());
    const first = await list({ MaxItems: 2 }, requestContext());
    assert.deepEqual(
      first.Layers?.map(({ LayerName }) => LayerName),
      ['a', 'b'],
    );
    const second = await list({ MaxItems: 2, Marker: first.NextMarker }, requestContext());
    assert.deepEqual([second.Layers?.[0]?.LayerName, second.Layers?.length, second.NextMarker], ['c', 1, undefined]);
  });
});
