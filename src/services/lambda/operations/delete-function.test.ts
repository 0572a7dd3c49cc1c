import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, invokedVersion, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
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

  test('Qualifier deletes a version, never the function itself', async () => {
    const plane = await lambdaControlPlane();
    const remove = deleteFunction(plane);
    await createWithVersions(plane.functions, functionRecord('f'), 1, 2);
    await remove({ FunctionName: 'f:1' }, requestContext());
    assert.deepEqual(Object.keys(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.versions ?? {}), ['2']);
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

  test('the policy of a version goes with it', async () => {
    const plane = await lambdaControlPlane();
    const policies = { 1: { revisionId: 'p1', text: '{}' }, $LATEST: { revisionId: 'p2', text: '{}' } };
    await createWithVersions(plane.functions, { ...functionRecord('f'), policies }, 1, 2);
    await deleteFunction(plane)({ FunctionName: 'f', Qualifier: '1' }, requestContext());
    assert.deepEqual(Object.keys(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.policies ?? {}), ['$LATEST']);
  });

  test('a version that aliases lead to, first or second, stays', async () => {
    const plane = await lambdaControlPlane();
    const alias = { description: '', revisionId: 'r' };
    const aliases = {
      live: { ...alias, name: 'live', version: '1', routing: { version: '2', weight: 0.1 } },
      next: { ...alias, name: 'next', version: '2' },
    };
    await createWithVersions(plane.functions, { ...functionRecord('f'), aliases }, 1, 2);
    for (const [Qualifier, names] of [
      ['1', 'live'],
      ['2', 'live, next'],
    ] as const) {
      await rejectsWith(() => deleteFunction(plane)({ FunctionName: 'f', Qualifier }, requestContext()), {
        code: 'ResourceConflictException',
        status: 409,
        message: `Unable to delete version ${Qualifier} because the following aliases reference it: [${names}]`,
      });
    }
    assert.deepEqual(Object.keys(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.versions ?? {}), ['1', '2']);
    await deleteFunction(plane)({ FunctionName: 'f' }, requestContext());
    assert.equal(invokedVersion(plane.functions, 'f', '1'), undefined);
  });
});
