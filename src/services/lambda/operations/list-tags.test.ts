import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { listTags } from './list-tags.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('ListTags', () => {
  test('Resource names the function', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create({ ...functionRecord('f'), tags: { A: 'a' } });
    await plane.functions.create(functionRecord('g'));
    assert.deepEqual(await listTags(plane)({ Resource: ARN }, requestContext()), { Tags: { A: 'a' } });
    assert.deepEqual(await listTags(plane)({ Resource: ARN.replace(/f$/, 'g') }, requestContext()), { Tags: {} });
    await rejectsWith(() => listTags(plane)({ Resource: ARN.replace(/f$/, 'h') }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:111111111111:function:h',
    });
  });
});
