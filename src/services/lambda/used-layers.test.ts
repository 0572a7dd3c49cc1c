import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey } from '../../../test/support/layer-version.ts';
import { usedLayers } from './used-layers.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:layer';

async function bench() {
  const { layers } = await lambdaControlPlane();
  for (const name of ['a', 'a', 'b', 'c', 'd', 'e', 'f']) await layers.publish(layerKey(name), layerContent());
  const used = (arns: readonly string[]) => usedLayers(arns, requestContext(), layers);
  const refused = (arns: readonly string[], message: string): Promise<void> =>
    rejectsWith(() => used(arns), { code: 'InvalidParameterValueException', status: 400, message });
  return { layers, used, refused };
}

suite('usedLayers', () => {
  test('finds up to five, in the order given', async () => {
    const { used, refused } = await bench();
    const arns = ['e', 'd', 'c', 'b', 'a'].map((name) => `${ARN}:${name}:1`);
    assert.deepEqual(
      used(arns).map(({ arn }) => arn),
      arns,
    );
    assert.deepEqual(used(arns)[0]?.code, layerContent().code);
    // Recorded: create_function_with_six_layers.
    await refused([...arns, `${ARN}:f:1`], 'Cannot reference more than 5 layers.');
  });

  test('refuses two versions of one layer, and the same one twice', async () => {
    const { refused } = await bench();
    const message = (one: string, two: string): string =>
      `Two different versions of the same layer are not allowed to be referenced in the same function. ${ARN}:a:${one} and ${ARN}:a:${two} are versions of the same layer.`;
    // Recorded: two_layer_versions_single_function_exc, two_identical_layer_versions_single_function_exc.
    await refused([`${ARN}:a:1`, `${ARN}:b:1`, `${ARN}:a:2`], message('1', '2'));
    await refused([`${ARN}:a:1`, `${ARN}:a:1`], message('1', '1'));
  });

  test('refuses what does not exist, or not in this region', async () => {
    const { refused, layers } = await bench();
    // Recorded: add_nonexistent_layer_exc, add_nonexistent_layer_version_exc, create_function_with_layer_in_different_region.
    for (const arn of [`${ARN}:doesnotexist:1`, `${ARN}:a:9`, 'arn:aws:lambda:::awslayer:AmazonLinux1803']) {
      await refused([arn], `Layer version ${arn} does not exist.`);
    }
    await layers.publish(layerKey('a', { region: 'eu-west-1' }), layerContent());
    const foreign = 'arn:aws:lambda:eu-west-1:111111111111:layer:a:1';
    await refused([foreign], 'Layers are not in the same region as the function. Layers are expected to be in region us-east-1.');
  });
});
