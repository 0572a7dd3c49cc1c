import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { listFunctionUrlConfigs } from './list-function-url-configs.ts';

const URL = { authType: 'NONE', createdAt: '', modifiedAt: '' } as const;

async function prepared(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  const urls = { b: { ...URL, id: 'u2' }, $LATEST: { ...URL, id: 'u1' }, c: { ...URL, id: 'u3' } };
  await plane.functions.create({ ...functionRecord('f'), urls });
  await plane.functions.create(functionRecord('bare'));
  return plane;
}

suite('ListFunctionUrlConfigs', () => {
  test('FunctionName says whose', async () => {
    const plane = await prepared();
    assert.deepEqual(await listFunctionUrlConfigs(plane)({ FunctionName: 'bare' }, requestContext()), { FunctionUrlConfigs: [] });
    await rejectsWith(() => listFunctionUrlConfigs(plane)({ FunctionName: 'other' }, requestContext()), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'Function does not exist',
    });
  });

  test('Marker and MaxItems page through the URLs', async () => {
    const plane = await prepared();
    const list = listFunctionUrlConfigs(plane);
    const first = await list({ FunctionName: 'f', MaxItems: 2 }, requestContext());
    const ids = (page: typeof first): unknown => page.FunctionUrlConfigs?.map(({ FunctionUrl = '' }) => /u\d/.exec(FunctionUrl)?.[0]);
    assert.deepEqual(ids(first), ['u1', 'u2']);
    const second = await list({ FunctionName: 'f', MaxItems: 2, Marker: first.NextMarker }, requestContext());
    assert.deepEqual([ids(second), second.NextMarker], [['u3'], undefined]);
  });
});
