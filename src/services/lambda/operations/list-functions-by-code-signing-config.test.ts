import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { createCodeSigningConfig } from './create-code-signing-config.ts';
import { listFunctionsByCodeSigningConfig } from './list-functions-by-code-signing-config.ts';
import { putFunctionCodeSigningConfig } from './put-function-code-signing-config.ts';

async function configured() {
  const plane = await lambdaControlPlane();
  const { CodeSigningConfig } = await createCodeSigningConfig(plane)(
    { AllowedPublishers: { SigningProfileVersionArns: ['arn:aws:signer:us-east-1:111111111111:/signing-profiles/p'] } },
    requestContext(),
  );
  const input = { CodeSigningConfigArn: CodeSigningConfig?.CodeSigningConfigArn };
  for (const name of ['c', 'a', 'b', 'without']) await plane.functions.create(functionRecord(name));
  for (const name of ['a', 'b', 'c']) await putFunctionCodeSigningConfig(plane)({ FunctionName: name, ...input }, requestContext());
  return (more: object = {}) => listFunctionsByCodeSigningConfig(plane)({ ...input, ...more }, requestContext());
}

suite('ListFunctionsByCodeSigningConfig', () => {
  test('CodeSigningConfigArn selects the functions that have it', async () => {
    const { FunctionArns = [] } = await (await configured())();
    assert.deepEqual(
      FunctionArns.map((arn) => arn.split(':').at(-1)),
      ['a', 'b', 'c'],
    );
  });

  test('Marker and MaxItems page through them', async () => {
    const list = await configured();
    const first = await list({ MaxItems: 2 });
    const second = await list({ MaxItems: 2, Marker: first.NextMarker });
    assert.deepEqual([first.FunctionArns?.length, second.FunctionArns?.length, second.NextMarker], [2, 1, undefined]);
  });
});
