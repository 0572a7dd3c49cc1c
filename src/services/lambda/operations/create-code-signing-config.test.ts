import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { createCodeSigningConfig } from './create-code-signing-config.ts';
import { listTags } from './list-tags.ts';

const PUBLISHERS = { SigningProfileVersionArns: ['arn:aws:signer:us-east-1:111111111111:/signing-profiles/p/abcdefghij'] };

suite('CreateCodeSigningConfig', () => {
  test('Description, AllowedPublishers and CodeSigningPolicies are stored, and Warn is the default', async () => {
    const plane = await lambdaControlPlane();
    const create = createCodeSigningConfig(plane);
    const { CodeSigningConfig: plain } = await create({ AllowedPublishers: PUBLISHERS }, requestContext());
    assert.match(plain?.CodeSigningConfigId ?? '', /^csc-[a-z0-9]{17}$/);
    const arn = `arn:aws:lambda:us-east-1:111111111111:code-signing-config:${plain?.CodeSigningConfigId}`;
    assert.deepEqual(plain, {
      CodeSigningConfigId: plain?.CodeSigningConfigId,
      CodeSigningConfigArn: arn,
      Description: '',
      AllowedPublishers: PUBLISHERS,
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Warn' },
      LastModified: '2026-11-20T10:00:00.000+0000',
    });
    const policies = { UntrustedArtifactOnDeployment: 'Enforce' } as const;
    const given = { Description: 'd', AllowedPublishers: PUBLISHERS, CodeSigningPolicies: policies };
    const { CodeSigningConfig: full } = await create(given, requestContext());
    assert.deepEqual([full?.Description, full?.CodeSigningPolicies], ['d', policies]);
  });

  test('Tags are stored', async () => {
    const plane = await lambdaControlPlane();
    const { CodeSigningConfig } = await createCodeSigningConfig(plane)(
      { AllowedPublishers: PUBLISHERS, Tags: { a: 'b' } },
      requestContext(),
    );
    assert.deepEqual(await listTags(plane)({ Resource: CodeSigningConfig?.CodeSigningConfigArn }, requestContext()), { Tags: { a: 'b' } });
  });
});
