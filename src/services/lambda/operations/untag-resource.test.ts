import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { untagResource } from './untag-resource.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('UntagResource', () => {
  test('TagKeys are removed, unknown ones ignored', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create({ ...functionRecord('f'), tags: { A: 'a', B: 'b', C: 'c' } });
    const untag = (TagKeys: string[]): unknown => untagResource(plane)({ Resource: ARN, TagKeys }, requestContext());
    await untag(['A', 'F']);
    assert.deepEqual((await plane.settled('f')).tags, { B: 'b', C: 'c' });
    const { revisionId } = (await plane.settled('f')).latest;
    await untag(['F']);
    assert.equal((await plane.settled('f')).latest.revisionId, revisionId, 'nothing changed');
    await untag(['B', 'C']);
    assert.deepEqual((await plane.settled('f')).tags, {});
  });

  test('Resource names the function', async () => {
    const plane = await lambdaControlPlane();
    await rejectsWith(() => untagResource(plane)({ Resource: ARN, TagKeys: ['A'] }, requestContext()), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: ${ARN}`,
    });
  });
});
