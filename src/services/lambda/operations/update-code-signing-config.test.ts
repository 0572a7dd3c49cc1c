import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { createCodeSigningConfig } from './create-code-signing-config.ts';
import { updateCodeSigningConfig } from './update-code-signing-config.ts';

const publishers = (name: string) => ({
  SigningProfileVersionArns: [`arn:aws:signer:us-east-1:111111111111:/signing-profiles/${name}/abcdefghij`],
});

async function configured() {
  const plane = await lambdaControlPlane();
  const { CodeSigningConfig } = await createCodeSigningConfig(plane)({ AllowedPublishers: publishers('p') }, requestContext());
  const update = updateCodeSigningConfig(plane);
  return (input: object) => update({ CodeSigningConfigArn: CodeSigningConfig?.CodeSigningConfigArn, ...input }, requestContext());
}

suite('UpdateCodeSigningConfig', () => {
  test('CodeSigningConfigArn names a configuration of the account', async () => {
    const update = await configured();
    const other = `arn:aws:lambda:us-east-1:222222222222:code-signing-config:csc-${'0'.repeat(17)}`;
    await rejectsWith(() => update({ CodeSigningConfigArn: other }), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `The Lambda code signing configuration ${other} can not be found.`,
    });
  });

  test('Description, AllowedPublishers and CodeSigningPolicies change, the rest stays', async () => {
    const update = await configured();
    const CodeSigningPolicies = { UntrustedArtifactOnDeployment: 'Enforce' };
    for (const input of [{ Description: 'd' }, { AllowedPublishers: publishers('q') }, { CodeSigningPolicies }]) await update(input);
    const { CodeSigningConfig } = await update({});
    const { Description, AllowedPublishers, CodeSigningPolicies: policies } = CodeSigningConfig ?? {};
    assert.deepEqual([Description, AllowedPublishers, policies], ['d', publishers('q'), CodeSigningPolicies]);
  });
});
