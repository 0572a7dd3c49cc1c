import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { deleteFunctionConcurrency } from './delete-function-concurrency.ts';

suite('DeleteFunctionConcurrency', () => {
  test('FunctionName finds by name and ARN, never a version', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create({ ...functionRecord('f'), reservedConcurrency: 900 });
    const remove = async (name: string): Promise<unknown> => deleteFunctionConcurrency(plane)({ FunctionName: name }, requestContext());
    await rejectsWith(() => remove('f:1'), {
      code: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions/,
    });
    await remove(`${TEST_ACCOUNT}:function:f`);
    assert.deepEqual(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f'), functionRecord('f'));
    assert.equal(plane.concurrency.unreserved(TEST_ACCOUNT, TEST_REGION), 1000);
    await remove('f');
    await rejectsWith(() => remove('g'), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: arn:aws:lambda:us-east-1:${TEST_ACCOUNT}:function:g`,
    });
  });
});
