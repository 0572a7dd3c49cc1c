import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { createAlias } from './create-alias.ts';
import { deleteAlias } from './delete-alias.ts';
import { deleteFunction } from './delete-function.ts';
import { putFunctionConcurrency } from './put-function-concurrency.ts';
import { putProvisionedConcurrencyConfig } from './put-provisioned-concurrency-config.ts';
import { updateAlias } from './update-alias.ts';

const ARN = `arn:aws:lambda:us-east-1:${TEST_ACCOUNT}:function`;
const UNPUBLISHED = {
  code: 'InvalidParameterValueException',
  status: 400,
  message: 'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
};

/** `f` with versions 1 and 2 and an alias `live` of 1, and `g` with version 1. */
async function harness(): Promise<{
  readonly plane: LambdaControlPlane;
  readonly put: (qualifier: string, requested: number, name?: string) => Promise<unknown>;
  readonly stored: () => unknown;
}> {
  const plane = await lambdaControlPlane();
  await createWithVersions(plane.functions, functionRecord('f'), 1, 2);
  await createWithVersions(plane.functions, functionRecord('g'), 1);
  await createAlias(plane)({ FunctionName: 'f', Name: 'live', FunctionVersion: '1' }, requestContext());
  return {
    plane,
    put: async (qualifier, requested, name = 'f') =>
      putProvisionedConcurrencyConfig(plane)(
        { FunctionName: name, Qualifier: qualifier, ProvisionedConcurrentExecutions: requested },
        requestContext(),
      ),
    stored: () => plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.provisionedConcurrency,
  };
}

suite('PutProvisionedConcurrencyConfig', () => {
  test('FunctionName and Qualifier name an alias or a published version', async () => {
    const { put, stored } = await harness();
    assert.deepEqual(await put('live', 2), {
      RequestedProvisionedConcurrentExecutions: 2,
      AvailableProvisionedConcurrentExecutions: 0,
      AllocatedProvisionedConcurrentExecutions: 0,
      Status: 'IN_PROGRESS',
      LastModified: '2026-11-20T10:00:00+0000',
    });
    await put('2', 1, `${ARN}:f:2`);
    assert.deepEqual(stored(), {
      live: { requested: 2, modifiedMs: 1_795_168_800_000 },
      '2': { requested: 1, modifiedMs: 1_795_168_800_000 },
    });
    await rejectsWith(() => put('$LATEST', 1), UNPUBLISHED);
    for (const name of ['f', 'doesnotexist']) {
      await rejectsWith(() => put('noalias', 1, name), {
        code: 'ResourceNotFoundException',
        status: 404,
        message: `Cannot find alias arn: ${ARN}:${name}:noalias`,
      });
      for (const version of ['10', '00']) {
        await rejectsWith(() => put(version, 1, name), {
          code: 'ResourceNotFoundException',
          message: `Function not found: ${ARN}:${name}:${version}`,
        });
      }
      await rejectsWith(() => put('constructor', 1, name), { code: 'ResourceNotFoundException', message: /^Cannot find alias/ });
    }
  });

  test('ProvisionedConcurrentExecutions is provided, as far as function and account have it', async () => {
    const { plane, put } = await harness();
    const reserve = async (reserved: number): Promise<unknown> =>
      putFunctionConcurrency(plane)({ FunctionName: 'f', ReservedConcurrentExecutions: reserved }, requestContext());
    await put('1', 800, 'g');
    const beyondAccount = { code: 'InvalidParameterValueException', message: /below its minimum value of \[100\]\.$/ };
    await rejectsWith(() => put('live', 101), beyondAccount);
    await rejectsWith(() => reserve(101), beyondAccount);
    await put('live', 3);
    await put('live', 2);
    await rejectsWith(() => reserve(1), {
      code: 'InvalidParameterValueException',
      message: " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2].",
    });
    await reserve(2);
    const beyondFunction = {
      code: 'InvalidParameterValueException',
      message: 'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
    };
    await rejectsWith(() => put('live', 3), beyondFunction);
    await rejectsWith(() => put('2', 1), beyondFunction);
    await put('live', 1);
    await put('2', 1);
  });

  test('a version has one configuration, its own or that of an alias', async () => {
    const { plane, put, stored } = await harness();
    await put('1', 1);
    await rejectsWith(() => put('live', 1), {
      code: 'ResourceConflictException',
      status: 409,
      message: "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    });
    await updateAlias(plane)({ FunctionName: 'f', Name: 'live', FunctionVersion: '2' }, requestContext());
    await put('live', 1);
    await rejectsWith(() => put('2', 1), {
      code: 'ResourceConflictException',
      status: 409,
      message: 'Version is pointed by a Provisioned Concurrency alias',
    });
    await rejectsWith(
      () => updateAlias(plane)({ FunctionName: 'f', Name: 'live', FunctionVersion: '$LATEST' }, requestContext()),
      UNPUBLISHED,
    );
    // What is deleted takes its configuration along.
    await deleteAlias(plane)({ FunctionName: 'f', Name: 'live' }, requestContext());
    await deleteFunction(plane)({ FunctionName: 'f', Qualifier: '1' }, requestContext());
    assert.equal(stored(), undefined);
  });

  test('an alias of $LATEST has nothing to be provided', async () => {
    const { plane, put } = await harness();
    await updateAlias(plane)({ FunctionName: 'f', Name: 'live', FunctionVersion: '$LATEST' }, requestContext());
    await rejectsWith(() => put('live', 1), UNPUBLISHED);
  });
});
