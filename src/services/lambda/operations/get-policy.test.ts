import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getPolicy } from './get-policy.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';
const NONE = { code: 'ResourceNotFoundException', status: 404, message: 'The resource you requested does not exist.' };

suite('GetPolicy', () => {
  test('FunctionName finds by name and ARN', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create({ ...functionRecord('f'), policies: { $LATEST: { revisionId: 'p1', text: '{"Statement":[]}' } } });
    await plane.functions.create(functionRecord('bare'));
    for (const FunctionName of ['f', ARN]) {
      assert.deepEqual(await getPolicy(plane)({ FunctionName }, requestContext()), { Policy: '{"Statement":[]}', RevisionId: 'p1' });
    }
    await rejectsWith(() => getPolicy(plane)({ FunctionName: 'bare' }, requestContext()), NONE);
    await rejectsWith(() => getPolicy(plane)({ FunctionName: 'other' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:111111111111:function:other',
    });
  });

  test('Qualifier selects the policy of a version or an alias', async () => {
    const plane = await lambdaControlPlane();
    const policies = { $LATEST: { revisionId: 'p1', text: '{}' }, 2: { revisionId: 'p2', text: '{"Id":"2"}' } };
    await plane.functions.create({ ...functionRecord('f'), versions: { 1: 'v1', 2: 'v2' }, policies });
    const get = (Qualifier: string): unknown => getPolicy(plane)({ FunctionName: 'f', Qualifier }, requestContext());
    assert.deepEqual(await get('2'), { Policy: '{"Id":"2"}', RevisionId: 'p2' });
    assert.deepEqual(await get('$LATEST'), { Policy: '{}', RevisionId: 'p1' });
    // recorded by test_lambda_permission_fn_versioning: publishing copies no policy
    await rejectsWith(() => get('1'), NONE);
  });
});
