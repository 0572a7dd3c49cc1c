import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { layerArn, layerVersionArn, parseLayerArn, parseLayerVersionArn } from './layer-version.ts';

const KEY = { accountId: '111111111111' as AccountId, region: 'us-east-1', name: 'my-layer_1' };
const ARN = 'arn:aws:lambda:us-east-1:111111111111:layer:my-layer_1';

suite('layer ARNs', () => {
  test('are written and read back, with a version and without', () => {
    assert.equal(layerArn(KEY), ARN);
    assert.equal(layerVersionArn({ ...KEY, version: 12 }), `${ARN}:12`);
    assert.deepEqual(parseLayerArn(ARN), KEY);
    assert.deepEqual(parseLayerVersionArn(`${ARN}:12`), { ...KEY, version: 12 });
    assert.equal(layerArn({ ...KEY, region: 'cn-north-1' }), 'arn:aws-cn:lambda:cn-north-1:111111111111:layer:my-layer_1');
  });

  test('are told apart by their version, and from everything else', () => {
    assert.equal(parseLayerArn(`${ARN}:12`), undefined);
    assert.equal(parseLayerVersionArn(ARN), undefined);
    for (const text of ['my-layer', '', 'arn:aws:lambda:::awslayer:AmazonLinux1803', ARN.replace('layer', 'function'), `${ARN}:x`]) {
      assert.equal(parseLayerArn(text), undefined, text);
      assert.equal(parseLayerVersionArn(text), undefined, text);
    }
  });
});
