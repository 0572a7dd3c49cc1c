import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getFunctionUrlConfig } from './get-function-url-config.ts';

const URL = { id: 'abc', authType: 'NONE', createdAt: '2026-11-20T10:00:00.000Z', modifiedAt: '2026-11-20T11:00:00.000Z' } as const;
const MISSING = { code: 'ResourceNotFoundException', status: 404, message: 'The resource you requested does not exist.' };

test('FunctionName and Qualifier say whose', async () => {
  const plane = await lambdaControlPlane();
  // The alias of the second one is gone: its URL is still there.
  await plane.functions.create({ ...functionRecord('f'), urls: { $LATEST: URL, live: { ...URL, id: 'def', invokeMode: 'BUFFERED' } } });
  await plane.functions.create(functionRecord('bare'));
  const get = (FunctionName: string, Qualifier?: string): unknown =>
    getFunctionUrlConfig(plane)({ FunctionName, Qualifier }, requestContext());
  assert.deepEqual(await get('f'), {
    FunctionUrl: 'http://abc.lambda-url.us-east-1.localhost:4566/',
    FunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:f',
    AuthType: 'NONE',
    CreationTime: '2026-11-20T10:00:00.000Z',
    LastModifiedTime: '2026-11-20T11:00:00.000Z',
  });
  assert.deepEqual(await get('arn:aws:lambda:us-east-1:111111111111:function:f', 'live'), {
    FunctionUrl: 'http://def.lambda-url.us-east-1.localhost:4566/',
    FunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:f:live',
    AuthType: 'NONE',
    CreationTime: '2026-11-20T10:00:00.000Z',
    LastModifiedTime: '2026-11-20T11:00:00.000Z',
    InvokeMode: 'BUFFERED',
  });
  for (const [name, qualifier] of [['other'], ['bare'], ['f', 'constructor']] as const) {
    await rejectsWith(() => get(name, qualifier), MISSING);
  }
});
