import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getFunctionRecursionConfig } from './get-function-recursion-config.ts';
import { putFunctionRecursionConfig } from './put-function-recursion-config.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('PutFunctionRecursionConfig', () => {
  test('RecursiveLoop is stored', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create(functionRecord('f'));
    for (const RecursiveLoop of ['Allow', 'Terminate'] as const) {
      assert.deepEqual(await putFunctionRecursionConfig(plane)({ FunctionName: 'f', RecursiveLoop }, requestContext()), { RecursiveLoop });
      assert.deepEqual(getFunctionRecursionConfig(plane)({ FunctionName: 'f' }, requestContext()), { RecursiveLoop });
    }
  });

  test('FunctionName finds by name and ARN, never a version', async () => {
    const plane = await lambdaControlPlane();
    await createWithVersions(plane.functions, functionRecord('f'), 1);
    const put = putFunctionRecursionConfig(plane);
    await put({ FunctionName: ARN, RecursiveLoop: 'Allow' }, requestContext());
    assert.equal(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.recursiveLoop, 'Allow');
    await rejectsWith(() => put({ FunctionName: 'f:1', RecursiveLoop: 'Allow' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions only\./,
    });
    await rejectsWith(() => put({ FunctionName: 'g', RecursiveLoop: 'Allow' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN.replace(/f$/, 'g')}`,
    });
  });
});
