import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getResourcePolicy } from './get-resource-policy.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

test('ResourceArn names a function, a version or an alias', async () => {
  const plane = await lambdaControlPlane();
  const policies = { $LATEST: { revisionId: 'p1', text: '{}' }, 1: { revisionId: 'p2', text: '{"Id":"1"}' } };
  await plane.functions.create({ ...functionRecord('f'), versions: { 1: 'v1', 2: 'v2' }, policies });
  const get = (ResourceArn: string): unknown => getResourcePolicy(plane)({ ResourceArn }, requestContext());
  assert.deepEqual(await get(ARN), { Policy: '{}', RevisionId: 'p1' });
  assert.deepEqual(await get(`${ARN}:1`), { Policy: '{"Id":"1"}', RevisionId: 'p2' });
  await rejectsWith(() => get(`${ARN}:2`), {
    code: 'ResourceNotFoundException',
    status: 404,
    message: 'The resource you requested does not exist.',
  });
  await rejectsWith(() => get(ARN.replace('111111111111', '222222222222')), {
    code: 'AccessDeniedException',
    message: /GetResourcePolicy/,
  });
});
