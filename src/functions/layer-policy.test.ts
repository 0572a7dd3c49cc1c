import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import { systemIds } from '#base/ids.ts';
import { layerContent, layerKey } from '../../test/support/layer-version.ts';
import { addLayerStatement, removeLayerStatement } from './layer-policy.ts';
import type { LayerVersion } from './layer-version.ts';
import { statementsOf } from './resource-policy.ts';

const PLAIN: LayerVersion = { ...layerKey('l'), version: 1, ...layerContent() };
const statement = (Sid: string) => ({ Sid, Effect: 'Allow', Principal: '*', Action: 'lambda:GetLayerVersion', Resource: 'arn of l:1' });
const change = (expectedRevisionId?: string) => ({ expectedRevisionId, ids: systemIds });

const error = (code: string, message: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof AwsError, String(thrown));
  assert.equal(thrown.code, code);
  assert.match(thrown.message, message);
  return true;
};

suite('the policy of a layer version', () => {
  test('takes each statement id once, and changes for those who have seen it', () => {
    const first = addLayerStatement(PLAIN, statement('s1'), change());
    assert.throws(
      () => addLayerStatement(first, statement('s1'), change()),
      error('ResourceConflictException', /^The statement id \(s1\) provided/),
    );
    assert.throws(
      () => addLayerStatement(PLAIN, statement('s1'), change('seen')),
      error('PreconditionFailedException', /GetLayerPolicy API/),
    );
    const second = addLayerStatement(first, statement('s2'), change(first.policy?.revisionId));
    assert.notEqual(second.policy?.revisionId, first.policy?.revisionId);
    assert.deepEqual(statementsOf(second.policy), [statement('s1'), statement('s2')]);
    assert.throws(() => removeLayerStatement(second, 's1', change(first.policy?.revisionId)), error('PreconditionFailedException', /./));
    assert.throws(() => removeLayerStatement(second, 's3', change()), error('ResourceNotFoundException', /^Statement s3 is not found/));
    assert.deepEqual(statementsOf(removeLayerStatement(second, 's1', change()).policy), [statement('s2')]);
  });

  test('goes with its last statement', () => {
    const added = addLayerStatement(PLAIN, statement('s1'), change());
    const removed = removeLayerStatement(added, 's1', change(added.policy?.revisionId));
    assert.deepEqual(removed, PLAIN);
    assert.throws(() => removeLayerStatement(removed, 's1', change()), error('ResourceNotFoundException', /^No policy is associated/));
  });
});
