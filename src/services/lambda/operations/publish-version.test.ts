import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PENDING } from '#functions/function-state.ts';
import { functionRecord, invokedVersion } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { deleteFunction } from './delete-function.ts';
import { publishVersion } from './publish-version.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

async function withFunction(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await plane.functions.create(functionRecord('f'));
  return plane;
}

function describe(plane: LambdaControlPlane, description: string): Promise<unknown> {
  return plane.functions.update(functionRecord('f'), (record) => ({ ...record, latest: { ...record.latest, description } }));
}

suite('PublishVersion', () => {
  test('makes a version of its own, Active at once, and leaves $LATEST alone', async () => {
    const plane = await withFunction();
    const published = await publishVersion(plane)({ FunctionName: 'f' }, requestContext());
    assert.deepEqual(
      [published.FunctionArn, published.Version, published.State, published.LastUpdateStatus],
      [`${ARN}:1`, '1', 'Active', 'Successful'],
    );
    const { latest } = await plane.settled('f');
    const version = invokedVersion(plane.functions, 'f', '1');
    assert.deepEqual(latest, functionRecord('f').latest);
    assert.notEqual(version?.revisionId, latest.revisionId);
    assert.notEqual(version?.configurationId, latest.configurationId);
  });

  test('answers the newest version as it is while nothing has changed', async () => {
    const plane = await withFunction();
    const publish = publishVersion(plane);
    const first = await publish({ FunctionName: 'f', Description: 'one' }, requestContext());
    assert.deepEqual(await publish({ FunctionName: 'f', Description: 'two' }, requestContext()), first);
    await describe(plane, 'changed');
    assert.equal((await publish({ FunctionName: 'f' }, requestContext())).Version, '2');
    await describe(plane, '');
    assert.equal((await publish({ FunctionName: 'f' }, requestContext())).Version, '3', 'compared with the newest, not with all');
  });

  test('a number is not used again, though its version is deleted', async () => {
    const plane = await withFunction();
    await publishVersion(plane)({ FunctionName: 'f' }, requestContext());
    await deleteFunction(plane)({ FunctionName: 'f', Qualifier: '1' }, requestContext());
    assert.equal((await publishVersion(plane)({ FunctionName: 'f' }, requestContext())).Version, '2');
  });

  test('FunctionName names the function, never a version', async () => {
    const plane = await withFunction();
    for (const FunctionName of ['f', 'f:$LATEST', ARN]) {
      assert.equal((await publishVersion(plane)({ FunctionName }, requestContext())).Version, '1');
    }
    await rejectsWith(() => publishVersion(plane)({ FunctionName: 'f:1' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions only\./,
    });
    await rejectsWith(() => publishVersion(plane)({ FunctionName: 'g' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: `Function not found: ${ARN.replace(/f$/, 'g')}`,
    });
  });

  test('CodeSha256 must be that of the present package', async () => {
    const plane = await withFunction();
    const current = Buffer.from('a'.repeat(64), 'hex').toString('base64');
    await rejectsWith(() => publishVersion(plane)({ FunctionName: 'f', CodeSha256: 'somenonexistentsha256' }, requestContext()), {
      code: 'InvalidParameterValueException',
      status: 400,
      message:
        `CodeSHA256 (somenonexistentsha256) is different from current CodeSHA256 in $LATEST (${current}).` +
        ' Please try again with the CodeSHA256 in $LATEST.',
    });
    assert.equal((await publishVersion(plane)({ FunctionName: 'f', CodeSha256: current }, requestContext())).Version, '1');
  });

  test('Description is that of the version alone', async () => {
    const plane = await withFunction();
    await describe(plane, 'of the function');
    const described = await publishVersion(plane)({ FunctionName: 'f', Description: 'of the version' }, requestContext());
    assert.equal(described.Description, 'of the version');
    assert.equal((await plane.settled('f')).latest.description, 'of the function');
    await describe(plane, 'another');
    assert.equal((await publishVersion(plane)({ FunctionName: 'f' }, requestContext())).Description, 'another');
  });

  test('RevisionId must be the latest', async () => {
    const plane = await withFunction();
    await rejectsWith(() => publishVersion(plane)({ FunctionName: 'f', RevisionId: 'wrong' }, requestContext()), {
      code: 'PreconditionFailedException',
      status: 412,
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    });
    assert.equal((await publishVersion(plane)({ FunctionName: 'f', RevisionId: 'revision-of-f' }, requestContext())).Version, '1');
  });

  test('refuses while the function is being created', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create(functionRecord('f', { state: PENDING }));
    await rejectsWith(() => publishVersion(plane)({ FunctionName: 'f' }, requestContext()), {
      code: 'ResourceConflictException',
      status: 409,
      message: 'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    });
  });

  test('a version counts as code of the account', async () => {
    const plane = await lambdaControlPlane({ codeLimitBytes: 2 * functionRecord('f').latest.code.sizeBytes });
    await plane.functions.create(functionRecord('f'));
    for (const version of ['1', '1']) {
      assert.equal((await publishVersion(plane)({ FunctionName: 'f' }, requestContext())).Version, version, 'again is nothing new');
    }
    await describe(plane, 'changed');
    await rejectsWith(() => publishVersion(plane)({ FunctionName: 'f' }, requestContext()), {
      code: 'CodeStorageExceededException',
      message: 'Code storage limit exceeded.',
    });
  });

  test('refuses PublishTo', async () => {
    const plane = await withFunction();
    await rejectsWith(() => publishVersion(plane)({ FunctionName: 'f', PublishTo: 'LATEST_PUBLISHED' }, requestContext()), {
      code: 'NotImplemented',
      message: 'Hearth does not support the parameter PublishTo of PublishVersion yet.',
    });
  });
});
