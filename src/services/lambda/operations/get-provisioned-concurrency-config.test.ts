import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, TEST_ACCOUNT } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import type { ProvisionedState } from '../provisioned-configuration.ts';
import { getProvisionedConcurrencyConfig } from './get-provisioned-concurrency-config.ts';

const ARN = `arn:aws:lambda:us-east-1:${TEST_ACCOUNT}:function`;

suite('GetProvisionedConcurrencyConfig', () => {
  test('FunctionName and Qualifier name an alias or a published version', async () => {
    const plane = await lambdaControlPlane();
    const provisionedConcurrency = { '1': { requested: 3, modifiedMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678) } };
    await createWithVersions(plane.functions, { ...functionRecord('f'), provisionedConcurrency }, 1, 2);
    const states: Record<string, ProvisionedState> = { '1': { status: { name: 'READY' }, allocated: 3, available: 3 } };
    const provisioned = { stateOf: (_key: object, qualifier: string) => states[qualifier] };
    const get = async (qualifier: string, name = 'f'): Promise<unknown> =>
      getProvisionedConcurrencyConfig({ ...plane, provisioned })({ FunctionName: name, Qualifier: qualifier }, requestContext());
    const ready = {
      RequestedProvisionedConcurrentExecutions: 3,
      AvailableProvisionedConcurrentExecutions: 3,
      AllocatedProvisionedConcurrentExecutions: 3,
      Status: 'READY',
      LastModified: '2026-01-02T03:04:05+0000',
    };
    assert.deepEqual(await get('1'), ready);
    assert.deepEqual(await get('1', `${ARN}:f:1`), ready);
    states['1'] = { status: { name: 'FAILED', reason: 'FUNCTION_ERROR_INIT_FAILURE' }, allocated: 0, available: 0 };
    assert.deepEqual(await get('1'), {
      ...ready,
      AvailableProvisionedConcurrentExecutions: 0,
      AllocatedProvisionedConcurrentExecutions: 0,
      Status: 'FAILED',
      StatusReason: 'FUNCTION_ERROR_INIT_FAILURE',
    });
    await rejectsWith(() => get('2'), {
      code: 'ProvisionedConcurrencyConfigNotFoundException',
      status: 404,
      message: 'No Provisioned Concurrency Config found for this function',
    });
    await rejectsWith(() => get('$LATEST'), {
      code: 'InvalidParameterValueException',
      message: 'The function resource provided must be an alias or a published version.',
    });
    await rejectsWith(() => get('10'), { code: 'ResourceNotFoundException', message: `Function not found: ${ARN}:f:10` });
    await rejectsWith(() => get('noalias', 'g'), { code: 'ResourceNotFoundException', message: `Cannot find alias arn: ${ARN}:g:noalias` });
  });
});
