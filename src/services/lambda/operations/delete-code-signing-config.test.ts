import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { createCodeSigningConfig } from './create-code-signing-config.ts';
import { deleteCodeSigningConfig } from './delete-code-signing-config.ts';
import { deleteFunctionCodeSigningConfig } from './delete-function-code-signing-config.ts';
import { putFunctionCodeSigningConfig } from './put-function-code-signing-config.ts';

test('CodeSigningConfigArn names what is deleted, unless a function has it', async () => {
  const plane = await lambdaControlPlane();
  await plane.functions.create(functionRecord('f'));
  const { CodeSigningConfig } = await createCodeSigningConfig(plane)(
    { AllowedPublishers: { SigningProfileVersionArns: ['arn:aws:signer:us-east-1:111111111111:/signing-profiles/p'] } },
    requestContext(),
  );
  const input = { CodeSigningConfigArn: CodeSigningConfig?.CodeSigningConfigArn };
  await putFunctionCodeSigningConfig(plane)({ FunctionName: 'f', ...input }, requestContext());
  const remove = deleteCodeSigningConfig(plane);
  await rejectsWith(() => remove(input, requestContext()), { code: 'ResourceConflictException', status: 409, message: /functions use it/ });
  await deleteFunctionCodeSigningConfig(plane)({ FunctionName: 'f' }, requestContext());
  assert.deepEqual(await remove(input, requestContext()), {});
  await rejectsWith(() => remove(input, requestContext()), { code: 'ResourceNotFoundException', message: /can not be found\.$/ });
});
