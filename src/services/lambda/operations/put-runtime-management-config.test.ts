import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { runtimeVersionArn } from '#functions/runtime-version.ts';
import { deleteFunction } from './delete-function.ts';
import { getRuntimeManagementConfig } from './get-runtime-management-config.ts';
import { publishVersion } from './publish-version.ts';
import { putRuntimeManagementConfig } from './put-runtime-management-config.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('PutRuntimeManagementConfig', () => {
  test('UpdateRuntimeOn and RuntimeVersionArn are stored, and must go together', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create(functionRecord('f'));
    const put = putRuntimeManagementConfig(plane);
    const RuntimeVersionArn = runtimeVersionArn(functionRecord('f').latest);
    for (const input of [
      { UpdateRuntimeOn: 'FunctionUpdate' },
      { UpdateRuntimeOn: 'Manual', RuntimeVersionArn },
      { UpdateRuntimeOn: 'Auto' },
    ] as const) {
      const answer = await put({ FunctionName: 'f', ...input }, requestContext());
      assert.deepEqual(answer, { ...input, FunctionArn: ARN });
      assert.deepEqual(getRuntimeManagementConfig(plane)({ FunctionName: 'f' }, requestContext()), answer);
    }
    for (const [input, message] of [
      [{ UpdateRuntimeOn: 'Manual' }, 'RuntimeVersionArn must be specified when UpdateRuntimeOn is Manual.'],
      [{ UpdateRuntimeOn: 'Auto', RuntimeVersionArn }, 'RuntimeVersionArn can be specified only when UpdateRuntimeOn is Manual.'],
      [{ UpdateRuntimeOn: 'Manual', RuntimeVersionArn: `${RuntimeVersionArn}0` }, /^Runtime version arn:.* is not available\.$/],
    ] as const) {
      await rejectsWith(() => put({ FunctionName: 'f', ...input }, requestContext()), {
        code: 'InvalidParameterValueException',
        status: 400,
        message,
      });
    }
  });

  test('FunctionName and Qualifier say whose', async () => {
    const plane = await lambdaControlPlane();
    await createWithVersions(plane.functions, functionRecord('f'), 1);
    const put = putRuntimeManagementConfig(plane);
    await put({ FunctionName: ARN, Qualifier: '1', UpdateRuntimeOn: 'FunctionUpdate' }, requestContext());
    const shown = (Qualifier: string): unknown => {
      const answer = getRuntimeManagementConfig(plane)({ FunctionName: 'f', Qualifier }, requestContext());
      return 'UpdateRuntimeOn' in answer ? answer.UpdateRuntimeOn : undefined;
    };
    assert.deepEqual([shown('1'), shown('$LATEST')], ['FunctionUpdate', 'Auto']);
    for (const input of [{ FunctionName: 'g' }, { FunctionName: 'f', Qualifier: '2' }]) {
      await rejectsWith(() => put({ ...input, UpdateRuntimeOn: 'Auto' }, requestContext()), {
        code: 'ResourceNotFoundException',
        message: /^Function not found: /,
      });
    }
    await deleteFunction(plane)({ FunctionName: 'f:1' }, requestContext());
    await publishVersion(plane)({ FunctionName: 'f' }, requestContext());
    assert.equal(shown('2'), 'Auto', 'nothing of the deleted version is left');
  });
});
