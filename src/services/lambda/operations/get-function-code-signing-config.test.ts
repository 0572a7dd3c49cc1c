import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getFunctionCodeSigningConfig } from './get-function-code-signing-config.ts';

test('FunctionName names the function, which may have none', async () => {
  const plane = await lambdaControlPlane();
  const arn = `arn:aws:lambda:us-east-1:111111111111:code-signing-config:csc-${'0'.repeat(17)}`;
  await plane.functions.create({ ...functionRecord('f'), codeSigningConfigArn: arn });
  await plane.functions.create(functionRecord('g'));
  const get = getFunctionCodeSigningConfig(plane);
  assert.deepEqual(await get({ FunctionName: 'f' }, requestContext()), { FunctionName: 'f', CodeSigningConfigArn: arn });
  assert.deepEqual(await get({ FunctionName: 'g' }, requestContext()), {});
  await rejectsWith(() => get({ FunctionName: 'h' }, requestContext()), { code: 'ResourceNotFoundException', message: /:h$/ });
});
