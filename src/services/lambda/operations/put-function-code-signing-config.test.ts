import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { createCodeSigningConfig } from './create-code-signing-config.ts';
import { putFunctionCodeSigningConfig } from './put-function-code-signing-config.ts';

test('CodeSigningConfigArn and FunctionName must exist, and are put together', async () => {
  const plane = await lambdaControlPlane();
  await plane.functions.create(functionRecord('f'));
  const { CodeSigningConfig } = await createCodeSigningConfig(plane)(
    { AllowedPublishers: { SigningProfileVersionArns: ['arn:aws:signer:us-east-1:111111111111:/signing-profiles/p'] } },
    requestContext(),
  );
  const put = putFunctionCodeSigningConfig(plane);
  const arn = CodeSigningConfig?.CodeSigningConfigArn ?? '';
  const missing = `${arn.slice(0, -17)}${'0'.repeat(17)}`;
  await rejectsWith(() => put({ FunctionName: 'g', CodeSigningConfigArn: missing }, requestContext()), {
    code: 'CodeSigningConfigNotFoundException',
    status: 404,
    message: `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${missing}.`,
  });
  await rejectsWith(() => put({ FunctionName: 'g', CodeSigningConfigArn: arn }, requestContext()), {
    code: 'ResourceNotFoundException',
    message: /^Function not found:/,
  });
  await rejectsWith(() => put({ FunctionName: 'f:1', CodeSigningConfigArn: arn }, requestContext()), {
    code: 'InvalidParameterValueException',
    message: /^This operation is permitted on Lambda functions only/,
  });
  const shown = { FunctionName: 'f', CodeSigningConfigArn: arn };
  assert.deepEqual(await put(shown, requestContext()), shown);
});
