import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { systemIds } from '#base/ids.ts';
import { AwsError } from '#aws/errors.ts';
import { layerContent, layerKey, OTHER_ACCOUNT } from '../../test/support/layer-version.ts';
import {
  addLayerStatement,
  layerPolicyText,
  layerPrincipal,
  mayGetLayerVersion,
  removeLayerStatement,
  type LayerStatement,
} from './layer-policy.ts';
import type { LayerVersion } from './layer-version.ts';

const PLAIN: LayerVersion = { ...layerKey('l'), version: 1, ...layerContent() };
const ALL: LayerStatement = { sid: 's1', action: 'lambda:GetLayerVersion', principal: '*' };
const change = (expectedRevisionId?: string) => ({ expectedRevisionId, ids: systemIds });

const error = (code: string, message: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof AwsError, String(thrown));
  assert.equal(thrown.code, code);
  assert.match(thrown.message, message);
  return true;
};

suite('the policy of a layer version', () => {
  test('names accounts, or everybody; one of an organization permits nobody', () => {
    assert.ok(mayGetLayerVersion(PLAIN, PLAIN.accountId));
    assert.ok(!mayGetLayerVersion(PLAIN, OTHER_ACCOUNT));
    assert.ok(mayGetLayerVersion(addLayerStatement(PLAIN, ALL, change()), OTHER_ACCOUNT));
    const one = addLayerStatement(PLAIN, { ...ALL, principal: OTHER_ACCOUNT }, change());
    assert.deepEqual([mayGetLayerVersion(one, OTHER_ACCOUNT), mayGetLayerVersion(one, '333333333333')], [true, false]);
    const organization = addLayerStatement(PLAIN, { ...ALL, organizationId: 'o-1234567890' }, change());
    assert.ok(!mayGetLayerVersion(organization, OTHER_ACCOUNT));
    assert.ok(mayGetLayerVersion(organization, PLAIN.accountId));
  });

  test('a principal is a star, an account or the root of one', () => {
    assert.equal(layerPrincipal('*'), '*');
    assert.equal(layerPrincipal('222222222222'), OTHER_ACCOUNT);
    assert.equal(layerPrincipal('arn:aws:iam::222222222222:root'), OTHER_ACCOUNT);
  });

  test('is written as AWS writes it', () => {
    const Resource = 'arn:aws:lambda:us-east-1:111111111111:layer:l:1';
    const version = addLayerStatement(
      addLayerStatement(PLAIN, ALL, change()),
      { ...ALL, sid: 's2', principal: '222222222222' as AccountId, organizationId: 'o-1234567890' },
      change(),
    );
    assert.ok(version.policy);
    assert.deepEqual(JSON.parse(layerPolicyText(version, version.policy)), {
      Version: '2012-10-17',
      Id: 'default',
      Statement: [
        { Sid: 's1', Effect: 'Allow', Principal: '*', Action: 'lambda:GetLayerVersion', Resource },
        {
          Sid: 's2',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::222222222222:root' },
          Action: 'lambda:GetLayerVersion',
          Resource,
          Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } },
        },
      ],
    });
  });

  test('takes each statement id once, and changes for those who have seen it', () => {
    const first = addLayerStatement(PLAIN, ALL, change());
    assert.throws(() => addLayerStatement(first, ALL, change()), error('ResourceConflictException', /^The statement id \(s1\) provided/));
    assert.throws(() => addLayerStatement(PLAIN, ALL, change('seen')), error('PreconditionFailedException', /GetLayerPolicy API/));
    const second = addLayerStatement(first, { ...ALL, sid: 's2' }, change(first.policy?.revisionId));
    assert.notEqual(second.policy?.revisionId, first.policy?.revisionId);
    assert.throws(() => removeLayerStatement(second, 's1', change(first.policy?.revisionId)), error('PreconditionFailedException', /./));
    assert.throws(() => removeLayerStatement(second, 's3', change()), error('ResourceNotFoundException', /^Statement s3 is not found/));
  });

  test('goes with its last statement', () => {
    const added = addLayerStatement(PLAIN, ALL, change());
    const removed = removeLayerStatement(added, 's1', change(added.policy?.revisionId));
    assert.deepEqual(removed, PLAIN);
    assert.throws(() => removeLayerStatement(removed, 's1', change()), error('ResourceNotFoundException', /^No policy is associated/));
  });

  test('has at most 20 KB', () => {
    let version = PLAIN;
    const fill = (): void => {
      for (let number = 0; number < 500; number++) version = addLayerStatement(version, { ...ALL, sid: `s${number}` }, change());
    };
    assert.throws(fill, error('PolicyLengthExceededException', /^The final policy size \(20\d{3}\) is bigger than the limit \(20480\)\.$/));
    assert.ok((version.policy?.statements.length ?? 0) > 100);
  });
});
