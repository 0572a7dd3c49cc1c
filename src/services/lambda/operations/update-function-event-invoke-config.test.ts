import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { putFunctionEventInvokeConfig } from './put-function-event-invoke-config.ts';
import { updateFunctionEventInvokeConfig } from './update-function-event-invoke-config.ts';

const QUEUE = `arn:aws:sqs:${TEST_REGION}:${TEST_ACCOUNT}:q`;

async function configured() {
  const plane = await lambdaControlPlane();
  await plane.functions.create(functionRecord('f'));
  const config = { FunctionName: 'f', MaximumRetryAttempts: 2, DestinationConfig: { OnSuccess: { Destination: QUEUE } } };
  await putFunctionEventInvokeConfig(plane)(config, requestContext());
  const update = updateFunctionEventInvokeConfig(plane);
  return (input: object) => update({ FunctionName: 'f', ...input }, requestContext());
}

suite('UpdateFunctionEventInvokeConfig', () => {
  test('FunctionName and Qualifier name a configuration that exists', async () => {
    const update = await configured();
    await rejectsWith(() => update({ FunctionName: 'g', MaximumRetryAttempts: 1 }), {
      code: 'ResourceNotFoundException',
      message: "The function doesn't exist.",
    });
    assert.match((await update({ Qualifier: '$LATEST', MaximumRetryAttempts: 1 })).FunctionArn ?? '', /:\$LATEST$/);
  });

  test('MaximumRetryAttempts, MaximumEventAgeInSeconds and DestinationConfig change, the rest stays', async () => {
    const update = await configured();
    const kept = { OnSuccess: { Destination: QUEUE }, OnFailure: {} };
    const aged = await update({ MaximumEventAgeInSeconds: 60 });
    assert.deepEqual([aged.MaximumRetryAttempts, aged.MaximumEventAgeInSeconds, aged.DestinationConfig], [2, 60, kept]);
    const tried = await update({ MaximumRetryAttempts: 0 });
    assert.deepEqual([tried.MaximumRetryAttempts, tried.MaximumEventAgeInSeconds, tried.DestinationConfig], [0, 60, kept]);
    const moved = await update({ DestinationConfig: { OnFailure: { Destination: QUEUE } } });
    assert.deepEqual(moved.DestinationConfig, { OnSuccess: {}, OnFailure: { Destination: QUEUE } });
    assert.equal(moved.MaximumEventAgeInSeconds, 60);
    await rejectsWith(() => update({}), { code: 'InvalidParameterValueException', message: /^You must specify at least one/ });
  });
});
