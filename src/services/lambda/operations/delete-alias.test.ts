import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { addPermission } from './add-permission.ts';
import { createAlias } from './create-alias.ts';
import { deleteAlias } from './delete-alias.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

/** `f` with versions 1, 2 and 3. */
async function withVersions(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await createWithVersions(plane.functions, functionRecord('f'), 1, 2, 3);
  return plane;
}

suite('DeleteAlias', () => {
  test('FunctionName and Name say which; one that does not exist is no error', async () => {
    const plane = await withVersions();
    for (const Name of ['one', 'two']) await createAlias(plane)({ FunctionName: 'f', Name, FunctionVersion: '1' }, requestContext());
    for (const Name of ['one', 'one', 'non-existent']) {
      assert.deepEqual(await deleteAlias(plane)({ FunctionName: 'f', Name }, requestContext()), {});
    }
    assert.deepEqual(Object.keys(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.aliases ?? {}), ['two']);
    await rejectsWith(() => deleteAlias(plane)({ FunctionName: 'g', Name: 'one' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN.replace(/f$/, 'g')}`,
    });
  });

  test('its policy goes with it, those of others stay', async () => {
    const plane = await withVersions();
    for (const Name of ['one', 'two']) {
      await createAlias(plane)({ FunctionName: 'f', Name, FunctionVersion: '1' }, requestContext());
      const permission = { StatementId: 's', Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' };
      await addPermission(plane)({ FunctionName: 'f', Qualifier: Name, ...permission }, requestContext());
    }
    await deleteAlias(plane)({ FunctionName: 'f', Name: 'one' }, requestContext());
    assert.deepEqual(Object.keys(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.policies ?? {}), ['two']);
  });
});
