import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { deleteFunction } from './delete-function.ts';
import { listVersionsByFunction } from './list-versions-by-function.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('ListVersionsByFunction', () => {
  test('FunctionName names the function, never a version', async () => {
    const plane = await lambdaControlPlane();
    await createWithVersions(plane.functions, functionRecord('f'), 1, 2);
    for (const FunctionName of ['f', 'f:$LATEST', ARN]) {
      const { Versions } = await listVersionsByFunction(plane)({ FunctionName }, requestContext());
      // Recorded by test_publish_version_on_create: each with its own ARN, none with a state.
      assert.deepEqual(
        Versions?.map(({ FunctionArn, Version, Description, State }) => [FunctionArn, Version, Description, State]),
        [
          [`${ARN}:$LATEST`, '$LATEST', '', undefined],
          [`${ARN}:1`, '1', 'version 1', undefined],
          [`${ARN}:2`, '2', 'version 2', undefined],
        ],
      );
    }
    await rejectsWith(() => listVersionsByFunction(plane)({ FunctionName: 'f:1' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions only\./,
    });
    await rejectsWith(() => listVersionsByFunction(plane)({ FunctionName: 'g' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN.replace(/f$/, 'g')}`,
    });
  });

  test('Marker and MaxItems page through the versions', async () => {
    const plane = await lambdaControlPlane();
    const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
    await createWithVersions(plane.functions, functionRecord('f'), ...numbers);
    const list = listVersionsByFunction(plane);
    const first = await list({ FunctionName: 'f', MaxItems: 3 }, requestContext());
    assert.deepEqual(
      first.Versions?.map(({ Version }) => Version),
      ['$LATEST', '1', '2'],
    );
    await deleteFunction(plane)({ FunctionName: 'f', Qualifier: '2' }, requestContext());
    assert.ok(first.NextMarker !== undefined);
    const rest = await list({ FunctionName: 'f', Marker: first.NextMarker, MaxItems: 10_000 }, requestContext());
    assert.deepEqual([rest.Versions?.[0]?.Version, rest.Versions?.length], ['3', 50], 'fifty at most, and the mark may be gone');
    assert.ok(rest.NextMarker !== undefined);
    const last = await list({ FunctionName: 'f', Marker: rest.NextMarker }, requestContext());
    assert.deepEqual([last.Versions?.length, 'NextMarker' in last], [8, false]);
    await rejectsWith(() => list({ FunctionName: 'f', Marker: 'x' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'The specified marker is not valid.',
    });
  });
});
