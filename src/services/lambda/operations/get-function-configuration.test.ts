import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getFunctionConfiguration } from './get-function-configuration.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('GetFunctionConfiguration', () => {
  test('FunctionName finds by name and ARN', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create(functionRecord('f'));
    for (const FunctionName of ['f', ARN]) {
      assert.equal((await getFunctionConfiguration(plane)({ FunctionName }, requestContext())).FunctionArn, ARN);
    }
    await rejectsWith(() => getFunctionConfiguration(plane)({ FunctionName: 'g' }, requestContext()), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'Function not found: arn:aws:lambda:us-east-1:111111111111:function:g',
    });
  });

  test('Qualifier finds versions and aliases and is repeated in the ARN', async () => {
    const plane = await lambdaControlPlane();
    const aliases = { live: { name: 'live', version: '2', description: '', revisionId: 'r' } };
    await createWithVersions(plane.functions, { ...functionRecord('f'), aliases }, 1, 2);
    const get = getFunctionConfiguration(plane);
    assert.equal((await get({ FunctionName: 'f', Qualifier: '$LATEST' }, requestContext())).FunctionArn, `${ARN}:$LATEST`);
    assert.equal((await get({ FunctionName: 'f', Qualifier: '1' }, requestContext())).Description, 'version 1');
    const byAlias = await get({ FunctionName: 'f:live' }, requestContext());
    assert.deepEqual([byAlias.FunctionArn, byAlias.Version, byAlias.Description], [`${ARN}:live`, '2', 'version 2']);
    await rejectsWith(() => get({ FunctionName: 'f', Qualifier: '1221' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN}:1221`,
    });
  });

  test('shows a failed update with its reason', async () => {
    const plane = await lambdaControlPlane();
    const failed = functionRecord('f', { lastUpdate: { name: 'Failed', reason: 'why', reasonCode: 'InvalidRuntime' } });
    await plane.functions.create(failed);
    const answer = await getFunctionConfiguration(plane)({ FunctionName: 'f' }, requestContext());
    assert.deepEqual(
      [answer.State, answer.LastUpdateStatus, answer.LastUpdateStatusReason, answer.LastUpdateStatusReasonCode],
      ['Active', 'Failed', 'why', 'InvalidRuntime'],
    );
  });
});
