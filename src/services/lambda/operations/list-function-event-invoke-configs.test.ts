import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { listFunctionEventInvokeConfigs } from './list-function-event-invoke-configs.ts';
import { putFunctionEventInvokeConfig } from './put-function-event-invoke-config.ts';

async function configured() {
  const plane = await lambdaControlPlane();
  await createWithVersions(plane.functions, functionRecord('f'), 1, 2);
  for (const Qualifier of ['2', '$LATEST', '1']) {
    await putFunctionEventInvokeConfig(plane)({ FunctionName: 'f', Qualifier, MaximumRetryAttempts: 1 }, requestContext());
  }
  const list = listFunctionEventInvokeConfigs(plane);
  return (input: object) => list({ FunctionName: 'f', ...input }, requestContext());
}

suite('ListFunctionEventInvokeConfigs', () => {
  test('FunctionName names the function', async () => {
    const list = await configured();
    const { FunctionEventInvokeConfigs: configs = [] } = await list({});
    assert.deepEqual(
      configs.map(({ FunctionArn = '' }) => FunctionArn.split(':').at(-1)),
      ['$LATEST', '1', '2'],
    );
    await rejectsWith(() => list({ FunctionName: 'g' }), { code: 'ResourceNotFoundException', message: "The function doesn't exist." });
  });

  test('Marker and MaxItems page through all configurations', async () => {
    const list = await configured();
    const first = await list({ MaxItems: 2 });
    assert.equal(first.FunctionEventInvokeConfigs?.length, 2);
    const second = await list({ MaxItems: 2, Marker: first.NextMarker });
    assert.match(second.FunctionEventInvokeConfigs?.[0]?.FunctionArn ?? '', /:2$/);
    assert.equal(second.NextMarker, undefined);
  });
});
