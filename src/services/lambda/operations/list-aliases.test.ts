import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { createAlias } from './create-alias.ts';
import { listAliases } from './list-aliases.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

/** `f` with versions 1, 2 and 3. */
async function withVersions(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await createWithVersions(plane.functions, functionRecord('f'), 1, 2, 3);
  return plane;
}

suite('ListAliases', () => {
  test('FunctionName names the function, never a version', async () => {
    const plane = await withVersions();
    for (const Name of ['b', 'a']) await createAlias(plane)({ FunctionName: 'f', Name, FunctionVersion: '1' }, requestContext());
    for (const FunctionName of ['f', ARN]) {
      const { Aliases } = await listAliases(plane)({ FunctionName }, requestContext());
      assert.deepEqual(
        Aliases?.map(({ AliasArn }) => AliasArn),
        [`${ARN}:a`, `${ARN}:b`],
      );
    }
    await rejectsWith(() => listAliases(plane)({ FunctionName: 'f:a' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions only\./,
    });
    await rejectsWith(() => listAliases(plane)({ FunctionName: 'g' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN.replace(/f$/, 'g')}`,
    });
  });

  test('FunctionVersion selects the aliases that lead to it', async () => {
    const plane = await withVersions();
    await createAlias(plane)({ FunctionName: 'f', Name: 'one', FunctionVersion: '1' }, requestContext());
    await createAlias(plane)(
      { FunctionName: 'f', Name: 'both', FunctionVersion: '2', RoutingConfig: { AdditionalVersionWeights: { 1: 0.1 } } },
      requestContext(),
    );
    const names = async (FunctionVersion: string): Promise<readonly unknown[]> =>
      ((await listAliases(plane)({ FunctionName: 'f', FunctionVersion }, requestContext())).Aliases ?? []).map(({ Name }) => Name);
    assert.deepEqual(await names('1'), ['both', 'one']);
    assert.deepEqual(await names('2'), ['both']);
    assert.deepEqual(await names('3'), []);
  });

  test('Marker and MaxItems page through the aliases', async () => {
    const plane = await withVersions();
    for (const Name of ['a', 'b', 'c']) await createAlias(plane)({ FunctionName: 'f', Name, FunctionVersion: '1' }, requestContext());
    const first = await listAliases(plane)({ FunctionName: 'f', MaxItems: 2 }, requestContext());
    assert.ok(first.NextMarker !== undefined);
    const second = await listAliases(plane)({ FunctionName: 'f', MaxItems: 2, Marker: first.NextMarker }, requestContext());
    assert.deepEqual(
      [first, second].map(({ Aliases }) => Aliases?.map(({ Name }) => Name)),
      [['a', 'b'], ['c']],
    );
    assert.equal('NextMarker' in second, false);
  });
});
