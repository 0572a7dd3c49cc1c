import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { deleteResourcePolicy } from './delete-resource-policy.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('DeleteResourcePolicy', () => {
  test('ResourceArn names what loses its policy', async () => {
    const plane = await lambdaControlPlane();
    const policies = { $LATEST: { revisionId: 'p1', text: '{}' }, 1: { revisionId: 'p2', text: '{}' } };
    await plane.functions.create({ ...functionRecord('f'), versions: { 1: 'v1' }, policies });
    const remove = (ResourceArn: string): unknown => deleteResourcePolicy(plane)({ ResourceArn }, requestContext());
    await remove(`${ARN}:1`);
    assert.deepEqual(Object.keys((await plane.settled('f')).policies ?? {}), ['$LATEST']);
    await remove(ARN);
    assert.equal('policies' in (await plane.settled('f')), false);
    await rejectsWith(() => remove(ARN), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'The resource you requested does not exist.',
    });
  });

  test('RevisionId must be the policy’s', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create({ ...functionRecord('f'), policies: { $LATEST: { revisionId: 'p1', text: '{}' } } });
    const remove = (RevisionId: string): unknown => deleteResourcePolicy(plane)({ ResourceArn: ARN, RevisionId }, requestContext());
    await rejectsWith(() => remove('p2'), {
      code: 'PreconditionFailedException',
      status: 412,
      message: /does not match the latest Revision Id/,
    });
    await remove('p1');
  });
});
