import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { createAlias } from './create-alias.ts';
import { deleteAlias } from './delete-alias.ts';
import { putFunctionEventInvokeConfig } from './put-function-event-invoke-config.ts';

const ARN = `arn:aws:lambda:${TEST_REGION}:${TEST_ACCOUNT}:function:f`;
const NO_FUNCTION = { code: 'ResourceNotFoundException', message: "The function doesn't exist." };

async function withFunction() {
  const plane = await lambdaControlPlane();
  await createWithVersions(plane.functions, functionRecord('f'), 1);
  const put = putFunctionEventInvokeConfig(plane);
  return { plane, put: (input: object) => put({ FunctionName: 'f', ...input }, requestContext()) };
}

suite('PutFunctionEventInvokeConfig', () => {
  test('FunctionName and Qualifier name a function, a version or an alias', async () => {
    const { plane, put } = await withFunction();
    await createAlias(plane)({ FunctionName: 'f', FunctionVersion: '1', Name: 'constructor' }, requestContext());
    for (const Qualifier of ['$LATEST', '1', 'constructor']) {
      assert.equal((await put({ Qualifier, MaximumRetryAttempts: 1 })).FunctionArn, `${ARN}:${Qualifier}`);
    }
    assert.equal((await put({ FunctionName: ARN, MaximumRetryAttempts: 1 })).FunctionArn, `${ARN}:$LATEST`);
    await rejectsWith(() => put({ FunctionName: 'g', MaximumRetryAttempts: 1 }), NO_FUNCTION);
    for (const Qualifier of ['2', 'toString']) await rejectsWith(() => put({ Qualifier, MaximumRetryAttempts: 1 }), NO_FUNCTION);
    await deleteAlias(plane)({ FunctionName: 'f', Name: 'constructor' }, requestContext());
    const { eventInvokeConfigs = {} } = plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f') ?? {};
    assert.deepEqual(Object.keys(eventInvokeConfigs).toSorted(), ['$LATEST', '1'], 'what belongs to the alias goes with it');
  });

  test('MaximumRetryAttempts and MaximumEventAgeInSeconds replace what was there, and one setting is needed', async () => {
    const { put } = await withFunction();
    const both = await put({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    assert.deepEqual([both.MaximumRetryAttempts, both.MaximumEventAgeInSeconds], [0, 60]);
    const one = await put({ MaximumEventAgeInSeconds: 61 });
    assert.deepEqual([one.MaximumRetryAttempts, one.MaximumEventAgeInSeconds], [undefined, 61]);
    await rejectsWith(() => put({}), {
      code: 'InvalidParameterValueException',
      message: 'You must specify at least one of error handling or destination setting.',
    });
  });

  test('DestinationConfig takes queues, topics, buses and other functions', async () => {
    const { plane, put } = await withFunction();
    await plane.functions.create(functionRecord('other'));
    const destinations = (onSuccess?: string, onFailure?: string) => ({
      DestinationConfig: { OnSuccess: { Destination: onSuccess }, OnFailure: { Destination: onFailure } },
    });
    const queue = `arn:aws:sqs:${TEST_REGION}:${TEST_ACCOUNT}:q`;
    for (const arn of [queue, queue.replace('sqs', 'sns'), queue.replace('sqs', 'events'), ARN.replace(/f$/, 'other')]) {
      const { DestinationConfig } = await put(destinations(arn, queue));
      assert.deepEqual(DestinationConfig, { OnSuccess: { Destination: arn }, OnFailure: { Destination: queue } });
    }
    assert.deepEqual((await put(destinations(undefined, 'arn:aws:s3:::bucket'))).DestinationConfig, {
      OnSuccess: {},
      OnFailure: { Destination: 'arn:aws:s3:::bucket' },
    });
    assert.deepEqual((await put(destinations('', ''))).DestinationConfig, { OnSuccess: {}, OnFailure: {} });
    const refused: readonly (readonly [object, string])[] = [
      [destinations(`${ARN}x`), `The destination ARN ${ARN}x is invalid.`],
      [destinations(`${ARN}:1`), "You can't specify the function as a destination for itself."],
      [
        destinations('arn:aws:s3:::bucket', queue),
        `The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:s3:::bucket), onFailure=OnFailure(destination=${queue})) is invalid.`,
      ],
    ];
    for (const [input, message] of refused) await rejectsWith(() => put(input), { code: 'InvalidParameterValueException', message });
  });
});
