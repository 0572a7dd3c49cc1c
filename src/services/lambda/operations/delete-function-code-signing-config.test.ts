import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { deleteFunctionCodeSigningConfig } from './delete-function-code-signing-config.ts';

test('FunctionName names the function, and a second time is no error', async () => {
  const plane = await lambdaControlPlane();
  await plane.functions.create({ ...functionRecord('f'), codeSigningConfigArn: 'arn' });
  const remove = deleteFunctionCodeSigningConfig(plane);
  for (let n = 0; n < 2; n++) assert.deepEqual(await remove({ FunctionName: 'f' }, requestContext()), {});
  assert.equal(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.codeSigningConfigArn, undefined);
  await rejectsWith(() => remove({ FunctionName: 'g' }, requestContext()), { code: 'ResourceNotFoundException', message: /:g$/ });
});
