import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getRuntimeManagementConfig } from './get-runtime-management-config.ts';
import { putRuntimeManagementConfig } from './put-runtime-management-config.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('GetRuntimeManagementConfig', () => {
  test('FunctionName and Qualifier say whose', async () => {
    const plane = await lambdaControlPlane();
    const aliases = { live: { name: 'live', version: '1', description: '', revisionId: 'r' } };
    await createWithVersions(plane.functions, { ...functionRecord('f'), aliases }, 1, 2);
    await putRuntimeManagementConfig(plane)({ FunctionName: 'f:1', UpdateRuntimeOn: 'FunctionUpdate' }, requestContext());
    const get = getRuntimeManagementConfig(plane);
    for (const [input, UpdateRuntimeOn, FunctionArn] of [
      [{ FunctionName: 'f' }, 'Auto', ARN],
      [{ FunctionName: 'f', Qualifier: '$LATEST' }, 'Auto', `${ARN}:$LATEST`],
      [{ FunctionName: ARN, Qualifier: '1' }, 'FunctionUpdate', `${ARN}:1`],
      [{ FunctionName: 'f:live' }, 'FunctionUpdate', `${ARN}:live`],
      [{ FunctionName: 'f', Qualifier: '2' }, 'Auto', `${ARN}:2`],
    ] as const) {
      assert.deepEqual(get(input, requestContext()), { UpdateRuntimeOn, FunctionArn });
    }
    await rejectsWith(() => get({ FunctionName: 'f', Qualifier: '3' }, requestContext()), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: ${ARN}:3`,
    });
  });
});
