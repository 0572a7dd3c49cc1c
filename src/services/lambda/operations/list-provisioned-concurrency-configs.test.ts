import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, TEST_ACCOUNT } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { listProvisionedConcurrencyConfigs } from './list-provisioned-concurrency-configs.ts';

const ARN = `arn:aws:lambda:us-east-1:${TEST_ACCOUNT}:function`;

async function withConfigurations(...requested: readonly number[]): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  const provisionedConcurrency = Object.fromEntries(requested.map((count) => [String(count), { requested: count, modifiedMs: 0 }]));
  await createWithVersions(plane.functions, { ...functionRecord('f'), provisionedConcurrency }, ...requested);
  return plane;
}

suite('ListProvisionedConcurrencyConfigs', () => {
  test('FunctionName names the function', async () => {
    const plane = await withConfigurations(1);
    const list = async (name: string): Promise<unknown> =>
      listProvisionedConcurrencyConfigs(plane)({ FunctionName: name }, requestContext());
    const configurations = {
      ProvisionedConcurrencyConfigs: [
        {
          FunctionArn: `${ARN}:f:1`,
          RequestedProvisionedConcurrentExecutions: 1,
          AvailableProvisionedConcurrentExecutions: 0,
          AllocatedProvisionedConcurrentExecutions: 0,
          Status: 'IN_PROGRESS',
          LastModified: '1970-01-01T00:00:00+0000',
        },
      ],
    };
    assert.deepEqual(await list('f'), configurations);
    assert.deepEqual(await list(`${ARN}:f`), configurations);
    await rejectsWith(() => list('g'), { code: 'ResourceNotFoundException', status: 404, message: `Function not found: ${ARN}:g` });
  });

  test('Marker and MaxItems page through all aliases and versions', async () => {
    const plane = await withConfigurations(1, 2, 3);
    const list = listProvisionedConcurrencyConfigs(plane);
    const first = await list({ FunctionName: 'f', MaxItems: 2 }, requestContext());
    const second = await list({ FunctionName: 'f', MaxItems: 2, Marker: first.NextMarker }, requestContext());
    const arns = [first, second].map(({ ProvisionedConcurrencyConfigs = [] }) =>
      ProvisionedConcurrencyConfigs.map(({ FunctionArn }) => FunctionArn),
    );
    assert.deepEqual(arns, [[`${ARN}:f:1`, `${ARN}:f:2`], [`${ARN}:f:3`]]);
    assert.equal(second.NextMarker, undefined);
  });
});
