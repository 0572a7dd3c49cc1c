import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { deleteFunctionUrlConfig } from './delete-function-url-config.ts';

const URL = { id: 'abc', authType: 'NONE', createdAt: '', modifiedAt: '' } as const;

test('FunctionName and Qualifier say whose', async () => {
  const plane = await lambdaControlPlane();
  await plane.functions.create({ ...functionRecord('f'), urls: { $LATEST: URL, live: { ...URL, id: 'def' } } });
  const remove = (FunctionName: string, Qualifier?: string): unknown =>
    deleteFunctionUrlConfig(plane)({ FunctionName, Qualifier }, requestContext());
  const missing = { code: 'ResourceNotFoundException', status: 404, message: 'The resource you requested does not exist.' };
  await rejectsWith(() => remove('other'), missing);
  await rejectsWith(() => remove('f', 'other'), missing);
  await remove('f', 'live');
  assert.deepEqual((await plane.settled('f')).urls, { $LATEST: URL });
  assert.equal(plane.urls.find('def'), undefined);
  await remove('f');
  assert.equal('urls' in (await plane.settled('f')), false);
  await rejectsWith(() => remove('f'), missing);
});
