import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { listEventSourceMappings } from './list-event-source-mappings.ts';

suite('ListEventSourceMappings', () => {
  test('FunctionName must exist, and EventSourceArn selects nothing', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create(functionRecord('f'));
    const list = listEventSourceMappings(plane);
    for (const input of [{}, { FunctionName: 'f' }, { EventSourceArn: 'arn:aws:sqs:us-east-1:111111111111:q' }]) {
      assert.deepEqual(await list(input, requestContext()), { EventSourceMappings: [] });
    }
    await rejectsWith(() => list({ FunctionName: 'g' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:111111111111:function:g',
    });
  });

  test('Marker must be one of ours, MaxItems changes nothing', async () => {
    const list = listEventSourceMappings(await lambdaControlPlane());
    assert.deepEqual(await list({ MaxItems: 1 }, requestContext()), { EventSourceMappings: [] });
    await rejectsWith(() => list({ Marker: 'x' }, requestContext()), { code: 'InvalidParameterValueException', message: /marker/ });
  });
});
