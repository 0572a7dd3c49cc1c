import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lambdaControlPlane, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { createCodeSigningConfig } from './create-code-signing-config.ts';
import { listCodeSigningConfigs } from './list-code-signing-configs.ts';

test('Marker and MaxItems page through all configurations of account and region', async () => {
  const plane = await lambdaControlPlane();
  const input = { AllowedPublishers: { SigningProfileVersionArns: ['arn:aws:signer:us-east-1:111111111111:/signing-profiles/p'] } };
  for (let n = 0; n < 3; n++) await createCodeSigningConfig(plane)(input, requestContext());
  await createCodeSigningConfig(plane)(input, requestContext(undefined, 'eu-west-1'));
  const list = listCodeSigningConfigs(plane);
  const first = await list({ MaxItems: 2 }, requestContext());
  const second = await list({ MaxItems: 2, Marker: first.NextMarker }, requestContext());
  const ids = [...(first.CodeSigningConfigs ?? []), ...(second.CodeSigningConfigs ?? [])].map((config) => config.CodeSigningConfigId);
  assert.deepEqual([first.CodeSigningConfigs?.length, new Set(ids).size, second.NextMarker], [2, 3, undefined]);
});
