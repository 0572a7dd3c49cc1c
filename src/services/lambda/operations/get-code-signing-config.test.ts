import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { createCodeSigningConfig } from './create-code-signing-config.ts';
import { getCodeSigningConfig } from './get-code-signing-config.ts';

test('CodeSigningConfigArn names a configuration of the account and region', async () => {
  const plane = await lambdaControlPlane();
  const created = await createCodeSigningConfig(plane)(
    { AllowedPublishers: { SigningProfileVersionArns: ['arn:aws:signer:us-east-1:111111111111:/signing-profiles/p'] } },
    requestContext(),
  );
  const input = { CodeSigningConfigArn: created.CodeSigningConfig?.CodeSigningConfigArn };
  assert.deepEqual(await getCodeSigningConfig(plane)(input, requestContext()), created);
  await rejectsWith(() => getCodeSigningConfig(plane)(input, requestContext(undefined, 'eu-west-1')), {
    code: 'ResourceNotFoundException',
    message: `The Lambda code signing configuration ${input.CodeSigningConfigArn} can not be found.`,
  });
});
