import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord, TEST_ACCOUNT } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getFunctionConcurrency } from './get-function-concurrency.ts';

suite('GetFunctionConcurrency', () => {
  test('FunctionName finds by name and ARN, never a version', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create({ ...functionRecord('f'), reservedConcurrency: 0 });
    await plane.functions.create(functionRecord('g'));
    const get = async (name: string): Promise<unknown> => getFunctionConcurrency(plane)({ FunctionName: name }, requestContext());
    assert.deepEqual(await get('f'), { ReservedConcurrentExecutions: 0 });
    assert.deepEqual(await get(`${TEST_ACCOUNT}:function:f`), { ReservedConcurrentExecutions: 0 });
    assert.deepEqual(await get('g'), {});
    await rejectsWith(() => get('f:1'), {
      code: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions/,
    });
    await rejectsWith(() => get('h'), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: arn:aws:lambda:us-east-1:${TEST_ACCOUNT}:function:h`,
    });
  });
});
