import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { tagResource } from './tag-resource.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('TagResource', () => {
  test('Tags are added and replaced, at most 50', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create({ ...functionRecord('f'), tags: { A: 'tag-a', C: 'tag-c' } });
    await tagResource(plane)({ Resource: ARN, Tags: { C: 'tag-c-newsuffix', D: 'tag-d' } }, requestContext());
    const { tags, latest } = await plane.settled('f');
    assert.deepEqual(tags, { A: 'tag-a', C: 'tag-c-newsuffix', D: 'tag-d' });
    assert.notEqual(latest.revisionId, 'revision-of-f', 'tags make a new revision');
    assert.equal(latest.configurationId, 'configuration-of-f', 'but environments stay');
    const many = Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`key${index}`, '']));
    await rejectsWith(() => tagResource(plane)({ Resource: ARN, Tags: many }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Number of tags exceeds resource tag limit.',
    });
    // AWS's own words (recorded by test_tag_exceptions).
    await rejectsWith(() => tagResource(plane)({ Resource: ARN, Tags: {} }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'An error occurred and the request cannot be processed.',
    });
  });

  test('Resource must be the ARN of a function', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create(functionRecord('f'));
    const tag = (Resource: string): unknown => tagResource(plane)({ Resource, Tags: { A: 'a' } }, requestContext());
    await rejectsWith(() => tag('arn:aws:lambda:us-east-1:111111111111:function:doesnotexist'), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'Function not found: arn:aws:lambda:us-east-1:111111111111:function:doesnotexist',
    });
    for (const qualifier of ['v1', '$LATEST']) {
      await rejectsWith(() => tag(`${ARN}:${qualifier}`), {
        code: 'InvalidParameterValueException',
        message: 'Tags on function aliases and versions are not supported. Please specify a function ARN.',
      });
    }
    await rejectsWith(() => tag('arn:aws:lambda:us-east-1:111111111111:layer:l'), {
      code: 'ResourceNotFoundException',
      message: 'The resource you requested does not exist.',
    });
    // Whether another account's function may be tagged, its resource-based policy says, which the gateway has asked before.
    await rejectsWith(() => tag('arn:aws:lambda:us-east-1:222222222222:function:f'), {
      code: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:222222222222:function:f',
    });
  });
});
