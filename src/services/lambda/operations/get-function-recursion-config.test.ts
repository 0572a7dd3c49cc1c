import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getFunctionRecursionConfig } from './get-function-recursion-config.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('GetFunctionRecursionConfig', () => {
  test('FunctionName finds by name and ARN, never a version', async () => {
    const plane = await lambdaControlPlane();
    await createWithVersions(plane.functions, functionRecord('f'), 1);
    for (const FunctionName of ['f', ARN]) {
      // Recorded by test_put_function_recursion_config_default_terminate.
      assert.deepEqual(getFunctionRecursionConfig(plane)({ FunctionName }, requestContext()), { RecursiveLoop: 'Terminate' });
    }
    await rejectsWith(() => getFunctionRecursionConfig(plane)({ FunctionName: 'f:1' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions only\./,
    });
    await rejectsWith(() => getFunctionRecursionConfig(plane)({ FunctionName: 'g' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN.replace(/f$/, 'g')}`,
    });
  });
});
