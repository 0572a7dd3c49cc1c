import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { deleteFunctionEventInvokeConfig } from './delete-function-event-invoke-config.ts';
import { putFunctionEventInvokeConfig } from './put-function-event-invoke-config.ts';

suite('DeleteFunctionEventInvokeConfig', () => {
  test('FunctionName and Qualifier name what is deleted', async () => {
    const plane = await lambdaControlPlane();
    await createWithVersions(plane.functions, functionRecord('f'), 1);
    for (const Qualifier of ['$LATEST', '1']) {
      await putFunctionEventInvokeConfig(plane)({ FunctionName: 'f', Qualifier, MaximumRetryAttempts: 1 }, requestContext());
    }
    const remove = deleteFunctionEventInvokeConfig(plane);
    assert.deepEqual(await remove({ FunctionName: 'f', Qualifier: '1' }, requestContext()), {});
    const { eventInvokeConfigs = {} } = plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f') ?? {};
    assert.deepEqual(Object.keys(eventInvokeConfigs), ['$LATEST']);
    for (const name of ['f:1', 'g']) {
      await rejectsWith(() => remove({ FunctionName: name }, requestContext()), {
        code: 'ResourceNotFoundException',
        message: /doesn't have an EventInvokeConfig$/,
      });
    }
  });
});
