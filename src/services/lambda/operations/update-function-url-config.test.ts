import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { UpdateFunctionUrlConfigCommandInput, UpdateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import type { FunctionUrl } from '#functions/function-url.ts';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { updateFunctionUrlConfig } from './update-function-url-config.ts';

const ALIAS = { name: 'live', version: '$LATEST', description: '', revisionId: 'r' };
const STORED: FunctionUrl = {
  id: 'abc',
  authType: 'NONE',
  cors: { maxAge: 5, allowOrigins: ['*'] },
  createdAt: 'then',
  modifiedAt: 'then',
};

async function prepared(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await plane.functions.create({ ...functionRecord('f'), aliases: { live: ALIAS }, urls: { $LATEST: STORED } });
  return plane;
}

async function update(
  plane: LambdaControlPlane,
  input: Partial<UpdateFunctionUrlConfigCommandInput>,
): Promise<UpdateFunctionUrlConfigResponse> {
  return updateFunctionUrlConfig(plane)({ FunctionName: 'f', ...input }, requestContext());
}

suite('UpdateFunctionUrlConfig', () => {
  test('FunctionName and Qualifier say whose', async () => {
    const plane = await prepared();
    // recorded by test_url_config_exceptions
    const absent = { code: 'ResourceNotFoundException', status: 404, message: 'Function does not exist' };
    await rejectsWith(() => update(plane, { FunctionName: 'other' }), absent);
    await rejectsWith(() => update(plane, { Qualifier: 'other' }), absent);
    await rejectsWith(() => update(plane, { Qualifier: 'live' }), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'The resource you requested does not exist.',
    });
    const { FunctionUrl, CreationTime, LastModifiedTime } = await update(plane, { AuthType: 'AWS_IAM' });
    assert.deepEqual(
      [FunctionUrl, CreationTime, LastModifiedTime],
      ['http://abc.lambda-url.us-east-1.localhost:4566/', 'then', '2026-11-20T10:00:00.000Z'],
    );
  });

  test('AuthType, Cors and InvokeMode change when they are given', async () => {
    const plane = await prepared();
    const parts = async (input: Partial<UpdateFunctionUrlConfigCommandInput>): Promise<unknown> => {
      const { AuthType, Cors, InvokeMode } = await update(plane, input);
      return [AuthType, Cors, InvokeMode];
    };
    assert.deepEqual(await parts({ AuthType: 'AWS_IAM' }), ['AWS_IAM', { MaxAge: 5, AllowOrigins: ['*'] }, undefined]);
    assert.deepEqual(await parts({ InvokeMode: 'RESPONSE_STREAM', Cors: { MaxAge: 6 } }), ['AWS_IAM', { MaxAge: 6 }, 'RESPONSE_STREAM']);
    assert.deepEqual(await parts({ Cors: {} }), ['AWS_IAM', undefined, 'RESPONSE_STREAM']);
    assert.equal(plane.urls.find('abc')?.url.authType, 'AWS_IAM');
  });
});
