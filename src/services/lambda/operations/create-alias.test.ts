import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { createAlias } from './create-alias.ts';
import { getAlias } from './get-alias.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

/** `f` with versions 1, 2 and 3. */
async function withVersions(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await createWithVersions(plane.functions, functionRecord('f'), 1, 2, 3);
  return plane;
}

const INPUT = { FunctionName: 'f', Name: 'live', FunctionVersion: '1' };

suite('CreateAlias', () => {
  test('answers as recorded by test_notfound_and_invalid_routingconfigs', async () => {
    const plane = await withVersions();
    const { RevisionId, ...rest } = await createAlias(plane)(
      { ...INPUT, RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } } },
      requestContext(),
    );
    assert.match(RevisionId ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      AliasArn: `${ARN}:live`,
      Name: 'live',
      FunctionVersion: '1',
      Description: '',
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } },
    });
    assert.deepEqual(await getAlias(plane)({ FunctionName: 'f', Name: 'live' }, requestContext()), { RevisionId, ...rest });
  });

  test('FunctionVersion and RoutingConfig must be versions that exist and differ', async () => {
    const plane = await withVersions();
    const create = (FunctionVersion: string, weights: Record<string, number>): unknown =>
      createAlias(plane)({ ...INPUT, FunctionVersion, RoutingConfig: { AdditionalVersionWeights: weights } }, requestContext());
    const invalid = { code: 'InvalidParameterValueException', status: 400 };
    await rejectsWith(() => create('1', { 1: 0.8, 2: 0.2 }), {
      ...invalid,
      message: 'Number of items in AdditionalVersionWeights cannot be greater than 1',
    });
    await rejectsWith(() => create('1', { 1: 0.5 }), {
      ...invalid,
      message: 'Invalid function version 1. Function version 1 is already included in routing configuration.',
    });
    await rejectsWith(() => create('$LATEST', { 1: 0.5 }), {
      ...invalid,
      message: '$LATEST is not supported for an alias pointing to more than 1 version',
    });
    for (const [version, weights] of [
      ['10', { 2: 0.5 }],
      ['1', { 10: 0.5 }],
    ] as const) {
      await rejectsWith(() => create(version, weights), {
        code: 'ResourceNotFoundException',
        status: 404,
        message: `Function not found: ${ARN}:10`,
      });
    }
    const latest = await createAlias(plane)({ ...INPUT, FunctionVersion: '$LATEST', RoutingConfig: {} }, requestContext());
    assert.deepEqual([latest.FunctionVersion, 'RoutingConfig' in latest], ['$LATEST', false]);
  });

  test('Name is unique within the function', async () => {
    const plane = await withVersions();
    await createAlias(plane)(INPUT, requestContext());
    await rejectsWith(() => createAlias(plane)({ ...INPUT, FunctionVersion: '2' }, requestContext()), {
      code: 'ResourceConflictException',
      status: 409,
      message: `Alias already exists: ${ARN}:live`,
    });
    await createWithVersions(plane.functions, functionRecord('g'), 1);
    await createAlias(plane)({ ...INPUT, FunctionName: 'g' }, requestContext());
    for (const Name of ['constructor', '__proto__', '2024-01-02']) {
      assert.equal((await createAlias(plane)({ ...INPUT, Name }, requestContext())).Name, Name);
    }
  });

  test('FunctionName names the function, never a version', async () => {
    const plane = await withVersions();
    await createAlias(plane)({ ...INPUT, FunctionName: ARN }, requestContext());
    await rejectsWith(() => createAlias(plane)({ ...INPUT, FunctionName: 'f:1' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions only\./,
    });
    // With the version (recorded).
    await rejectsWith(() => createAlias(plane)({ ...INPUT, FunctionName: 'f-unknown' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN}-unknown:1`,
    });
  });

  test('Description is stored', async () => {
    const plane = await withVersions();
    await createAlias(plane)({ ...INPUT, Description: 'custom-alias' }, requestContext());
    assert.equal((await getAlias(plane)({ FunctionName: 'f', Name: 'live' }, requestContext())).Description, 'custom-alias');
  });
});
