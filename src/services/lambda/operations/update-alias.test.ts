import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { createAlias } from './create-alias.ts';
import { updateAlias } from './update-alias.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

/** `f` with versions 1, 2 and 3. */
async function withVersions(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await createWithVersions(plane.functions, functionRecord('f'), 1, 2, 3);
  return plane;
}

async function withAlias(): Promise<{ readonly plane: LambdaControlPlane; readonly revision: string | undefined }> {
  const plane = await withVersions();
  const created = await createAlias(plane)(
    { FunctionName: 'f', Name: 'live', FunctionVersion: '1', Description: 'd', RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } } },
    requestContext(),
  );
  return { plane, revision: created.RevisionId };
}

const INPUT = { FunctionName: 'f', Name: 'live' };

suite('UpdateAlias', () => {
  test('FunctionVersion, Description and RoutingConfig change, the rest stays', async () => {
    const { plane } = await withAlias();
    const update = updateAlias(plane);
    const shown = async (input: Partial<Parameters<typeof update>[0]>): Promise<readonly unknown[]> => {
      const alias = await update({ ...INPUT, ...input }, requestContext());
      return [alias.FunctionVersion, alias.Description, alias.RoutingConfig?.AdditionalVersionWeights];
    };
    assert.deepEqual(await shown({ FunctionVersion: '3' }), ['3', 'd', { 2: 0.5 }]);
    assert.deepEqual(await shown({ Description: '' }), ['3', '', { 2: 0.5 }]);
    assert.deepEqual(await shown({ RoutingConfig: { AdditionalVersionWeights: { 1: 0.1 } } }), ['3', '', { 1: 0.1 }]);
    assert.deepEqual(await shown({ RoutingConfig: { AdditionalVersionWeights: {} } }), ['3', '', undefined]);
    await update({ ...INPUT, RoutingConfig: { AdditionalVersionWeights: { 1: 0.1 } } }, requestContext());
    assert.deepEqual(await shown({ RoutingConfig: {} }), ['3', '', undefined]);
    assert.deepEqual(await shown({ FunctionVersion: '$LATEST' }), ['$LATEST', '', undefined]);
  });

  test('what stays must go together with what changes', async () => {
    const { plane } = await withAlias();
    await rejectsWith(() => updateAlias(plane)({ ...INPUT, FunctionVersion: '2' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Invalid function version 2. Function version 2 is already included in routing configuration.',
    });
    await rejectsWith(() => updateAlias(plane)({ ...INPUT, FunctionVersion: '$LATEST' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: '$LATEST is not supported for an alias pointing to more than 1 version',
    });
    await rejectsWith(() => updateAlias(plane)({ ...INPUT, FunctionVersion: '10' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN}:10`,
    });
  });

  test('RevisionId must be the latest of the alias', async () => {
    const { plane, revision } = await withAlias();
    assert.ok(revision !== undefined);
    await rejectsWith(() => updateAlias(plane)({ ...INPUT, RevisionId: 'wrong' }, requestContext()), {
      code: 'PreconditionFailedException',
      status: 412,
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    });
    const updated = await updateAlias(plane)({ ...INPUT, RevisionId: revision }, requestContext());
    assert.notEqual(updated.RevisionId, revision);
    await rejectsWith(() => updateAlias(plane)({ ...INPUT, RevisionId: revision }, requestContext()), {
      code: 'PreconditionFailedException',
      message: /Revision Id/,
    });
  });

  test('FunctionName and Name say which', async () => {
    const { plane } = await withAlias();
    assert.equal((await updateAlias(plane)({ ...INPUT, FunctionName: ARN }, requestContext())).AliasArn, `${ARN}:live`);
    // Recorded by test_non_existent_alias_update.
    await rejectsWith(() => updateAlias(plane)({ ...INPUT, Name: 'non-existent' }, requestContext()), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Alias not found: ${ARN}:non-existent`,
    });
    await rejectsWith(() => updateAlias(plane)({ FunctionName: 'g', Name: 'live' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `Alias not found: ${ARN.replace(/f$/, 'g')}:live`,
    });
  });
});
