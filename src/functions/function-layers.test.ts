import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import { checkUnzippedSize, codeDigestsOf, layeredDigest } from './function-layers.ts';

const MB = 1024 * 1024;
const layer = (digest: string, unzippedBytes = 1) => ({ arn: `arn of ${digest}`, code: { digest, sizeBytes: 1, unzippedBytes } });
const version = (codeBytes: number, ...layerBytes: readonly number[]) => ({
  code: { digest: 'c', sizeBytes: 1, unzippedBytes: codeBytes },
  layers: layerBytes.map((bytes, index) => layer(String(index), bytes)),
});

suite('layeredDigest', () => {
  test('is that of a single package, and depends on the order of several', () => {
    assert.equal(layeredDigest(['a']), 'a');
    assert.match(layeredDigest(['a', 'b']), /^[0-9a-f]{64}$/);
    assert.notEqual(layeredDigest(['a', 'b']), layeredDigest(['b', 'a']));
  });
});

suite('codeDigestsOf', () => {
  test('has the package, the layers, and what they make together', () => {
    assert.deepEqual(codeDigestsOf({ code: { digest: 'c', sizeBytes: 1 } }), ['c']);
    assert.deepEqual(new Set(codeDigestsOf({ ...version(1), layers: [layer('a')] })), new Set(['c', 'a']));
    assert.deepEqual(codeDigestsOf({ ...version(1), layers: [layer('a'), layer('b')] }), ['c', 'a', 'b', layeredDigest(['a', 'b'])]);
  });
});

suite('checkUnzippedSize', () => {
  const refused = (checked: Parameters<typeof checkUnzippedSize>[0]): string => {
    try {
      checkUnzippedSize(checked);
    } catch (error) {
      assert.ok(error instanceof AwsError);
      assert.deepEqual([error.code, error.status], ['InvalidParameterValueException', 400]);
      return error.message;
    }
    return 'nothing';
  };

  test('allows 250 MB for function and layers together', () => {
    assert.equal(refused(version(50 * MB, 100 * MB, 100 * MB)), 'nothing');
    assert.equal(
      refused(version(50 * MB + 1, 100 * MB, 100 * MB)),
      'Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes.',
    );
    assert.equal(refused(version(1, 200 * MB, 50 * MB + 1)), 'Layers consume more than the available size of 262144000 bytes');
  });

  test('counts nothing for packages stored without their size', () => {
    assert.equal(refused({ code: { digest: 'c', sizeBytes: 1 } }), 'nothing');
  });
});
