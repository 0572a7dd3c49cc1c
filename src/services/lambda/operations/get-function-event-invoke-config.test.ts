import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, TEST_WALL_MS } from '../../../../test/support/lambda-control-plane.ts';
import { getFunctionEventInvokeConfig } from './get-function-event-invoke-config.ts';
import { putFunctionEventInvokeConfig } from './put-function-event-invoke-config.ts';

suite('GetFunctionEventInvokeConfig', () => {
  test('FunctionName and Qualifier name the configuration', async () => {
    const plane = await lambdaControlPlane();
    await createWithVersions(plane.functions, functionRecord('f'), 1);
    const get = getFunctionEventInvokeConfig(plane);
    await putFunctionEventInvokeConfig(plane)({ FunctionName: 'f', Qualifier: '1', MaximumRetryAttempts: 1 }, requestContext());
    const arn = `arn:aws:lambda:${TEST_REGION}:${TEST_ACCOUNT}:function:f`;
    assert.deepEqual(await get({ FunctionName: 'f:1' }, requestContext()), {
      FunctionArn: `${arn}:1`,
      LastModified: new Date(TEST_WALL_MS),
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnSuccess: {}, OnFailure: {} },
    });
    await rejectsWith(() => get({ FunctionName: 'f' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `The function ${arn}:$LATEST doesn't have an EventInvokeConfig`,
    });
  });
});
