import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { deleteProvisionedConcurrencyConfig } from './delete-provisioned-concurrency-config.ts';

const ARN = `arn:aws:lambda:us-east-1:${TEST_ACCOUNT}:function`;

suite('DeleteProvisionedConcurrencyConfig', () => {
  test('FunctionName and Qualifier name what is ended', async () => {
    const plane = await lambdaControlPlane();
    const [first, second] = [
      { requested: 1, modifiedMs: 1 },
      { requested: 2, modifiedMs: 2 },
    ];
    await createWithVersions(plane.functions, { ...functionRecord('f'), provisionedConcurrency: { '1': first, '2': second } }, 1, 2);
    const remove = async (qualifier: string, name = 'f'): Promise<unknown> =>
      deleteProvisionedConcurrencyConfig(plane)({ FunctionName: name, Qualifier: qualifier }, requestContext());
    const stored = (): unknown => plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.provisionedConcurrency;
    await remove('1');
    assert.deepEqual(stored(), { '2': second });
    await remove('1');
    await remove('2');
    assert.equal(stored(), undefined);
    await rejectsWith(() => remove('$LATEST'), {
      code: 'InvalidParameterValueException',
      message: 'The function resource provided must be an alias or a published version.',
    });
    await rejectsWith(() => remove('noalias'), { code: 'ResourceNotFoundException', message: `Cannot find alias arn: ${ARN}:f:noalias` });
    await rejectsWith(() => remove('10'), { code: 'ResourceNotFoundException', message: `Function not found: ${ARN}:f:10` });
    await rejectsWith(() => remove('1', 'g'), { code: 'ResourceNotFoundException', message: `Function not found: ${ARN}:g:1` });
  });
});
