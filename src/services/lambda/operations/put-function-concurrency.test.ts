import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { functionArn } from '#functions/function-arn.ts';
import { functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getAccountSettings } from './get-account-settings.ts';
import { getFunction } from './get-function.ts';
import { putFunctionConcurrency } from './put-function-concurrency.ts';

const ONLY_FUNCTIONS =
  'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation.' +
  ' Please specify either a function name or an unqualified function ARN.';
const TOO_MUCH = {
  code: 'InvalidParameterValueException',
  status: 400,
  message:
    "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
};

async function withFunctions(): ReturnType<typeof lambdaControlPlane> {
  const plane = await lambdaControlPlane();
  for (const name of ['f', 'g']) await plane.functions.create(functionRecord(name));
  await plane.functions.create(functionRecord('f', { accountId: '222222222222' as AccountId }));
  return plane;
}

suite('PutFunctionConcurrency', () => {
  test('ReservedConcurrentExecutions is reserved, as far as 100 are left for all others', async () => {
    const plane = await withFunctions();
    const put = async (name: string, reserved: number): Promise<unknown> =>
      putFunctionConcurrency(plane)({ FunctionName: name, ReservedConcurrentExecutions: reserved }, requestContext());
    assert.deepEqual(await put('f', 800), { ReservedConcurrentExecutions: 800 });
    await rejectsWith(() => put('g', 101), TOO_MUCH);
    await rejectsWith(() => put('f', 1001), TOO_MUCH);
    await put('g', 100);
    await put('g', 100);
    await put('g', 99);
    assert.equal((await getAccountSettings(plane)({}, requestContext())).AccountLimit?.UnreservedConcurrentExecutions, 101);
    assert.deepEqual(await put('f', 0), { ReservedConcurrentExecutions: 0 });
    const shown = await getFunction(plane)({ FunctionName: 'f' }, requestContext());
    assert.deepEqual(shown.Concurrency, { ReservedConcurrentExecutions: 0 });
  });

  test('two at the same time do not take the same capacity', async () => {
    const plane = await withFunctions();
    const put = async (name: string): Promise<unknown> =>
      putFunctionConcurrency(plane)({ FunctionName: name, ReservedConcurrentExecutions: 500 }, requestContext());
    const outcomes = await Promise.allSettled([put('f'), put('g')]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
  });

  test('FunctionName finds by name and ARN, never a version', async () => {
    const plane = await withFunctions();
    const put = async (name: string): Promise<unknown> =>
      putFunctionConcurrency(plane)({ FunctionName: name, ReservedConcurrentExecutions: 5 }, requestContext());
    await put(functionArn({ accountId: TEST_ACCOUNT, region: TEST_REGION, name: 'f' }));
    assert.equal(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.reservedConcurrency, 5);
    assert.equal(plane.functions.find('222222222222', TEST_REGION, 'f')?.reservedConcurrency, undefined);
    await rejectsWith(() => put('f:1'), { code: 'InvalidParameterValueException', message: ONLY_FUNCTIONS });
    await rejectsWith(() => put('doesnotexist'), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: arn:aws:lambda:us-east-1:${TEST_ACCOUNT}:function:doesnotexist:$LATEST`,
    });
  });
});
