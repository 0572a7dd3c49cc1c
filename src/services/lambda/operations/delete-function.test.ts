import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { deleteFunction } from './delete-function.ts';

suite('DeleteFunction', () => {
  test('FunctionName names what is deleted', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create(functionRecord('f'));
    await plane.functions.create(functionRecord('g'));
    assert.deepEqual(await deleteFunction(plane)({ FunctionName: 'f' }, requestContext()), { StatusCode: 204 });
    assert.equal(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f'), undefined);
    assert.ok(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'g'));
    await rejectsWith(() => deleteFunction(plane)({ FunctionName: 'f' }, requestContext()), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'Function not found: arn:aws:lambda:us-east-1:111111111111:function:f',
    });
  });

  test('Qualifier never deletes the function itself', async () => {
    const plane = await lambdaControlPlane();
    const remove = deleteFunction(plane);
    await plane.functions.create(functionRecord('f'));
    // A version that is not there is no error (test_delete_on_nonexisting_version).
    assert.deepEqual(await remove({ FunctionName: 'f', Qualifier: '1221' }, requestContext()), { StatusCode: 204 });
    await rejectsWith(() => remove({ FunctionName: 'f', Qualifier: '$LATEST' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: '$LATEST version cannot be deleted without deleting the function.',
    });
    assert.ok(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f'));
    // Recorded by test_function_name_and_qualifier_validation: said whether or not the function exists.
    await rejectsWith(() => remove({ FunctionName: `missing:${'a'.repeat(65)}` }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Deletion of aliases is not currently supported.',
    });
    for (const Qualifier of ['$latest', '1221']) {
      await rejectsWith(() => remove({ FunctionName: 'missing', Qualifier }, requestContext()), {
        code: 'ResourceNotFoundException',
        message: 'Function not found: arn:aws:lambda:us-east-1:111111111111:function:missing',
      });
    }
  });
});
