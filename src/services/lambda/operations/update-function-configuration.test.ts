import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord, invokedVersion, TEST_ACCOUNT } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey } from '../../../../test/support/layer-version.ts';
import { toFunctionConfiguration } from '../function-configuration.ts';
import { updateFunctionConfiguration } from './update-function-configuration.ts';

async function withFunction(): ReturnType<typeof lambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await plane.functions.create(functionRecord('f', { environment: { A: 'a', B: 'b' } }));
  return plane;
}

suite('UpdateFunctionConfiguration', () => {
  test('Handler, Description, Timeout, MemorySize, EphemeralStorage and TracingConfig change, the rest stays', async () => {
    const plane = await withFunction();
    const {
      RevisionId: _,
      LastModified: _modified,
      ConfigSha256: digest,
      ...before
    } = toFunctionConfiguration((await plane.settled('f')).latest);
    const changes = {
      Handler: 'other.handler',
      Description: 'Changed-Description',
      Timeout: 10,
      MemorySize: 512,
      EphemeralStorage: { Size: 1024 },
      TracingConfig: { Mode: 'Active' },
    } as const;
    const answer = await updateFunctionConfiguration(plane)({ FunctionName: 'f', ...changes }, requestContext());
    assert.equal(answer.LastUpdateStatus, 'InProgress');
    const { RevisionId: _revision, LastModified, ConfigSha256, ...after } = toFunctionConfiguration((await plane.settled('f')).latest);
    assert.deepEqual(after, { ...before, ...changes });
    assert.equal(LastModified, '2026-11-20T10:00:00.000+0000');
    assert.notEqual(ConfigSha256, digest);

    await updateFunctionConfiguration(plane)({ FunctionName: 'f', Description: '' }, requestContext());
    assert.deepEqual(toFunctionConfiguration((await plane.settled('f')).latest).Description, '');
    assert.equal((await plane.settled('f')).latest.timeoutSeconds, 10);
    await rejectsWith(() => updateFunctionConfiguration(plane)({ FunctionName: 'f', Timeout: 901 }, requestContext()), {
      code: 'ValidationException',
      message: /'timeout'/,
    });
  });

  test('invocations run the old configuration until the update is Successful', async () => {
    const plane = await withFunction();
    const release = plane.holdUnpacking();
    await updateFunctionConfiguration(plane)({ FunctionName: 'f', MemorySize: 512 }, requestContext());
    assert.equal(invokedVersion(plane.functions, 'f')?.memoryMb, 128);
    await rejectsWith(() => updateFunctionConfiguration(plane)({ FunctionName: 'f', MemorySize: 256 }, requestContext()), {
      code: 'ResourceConflictException',
      status: 409,
      message: /An update is in progress for resource: arn:aws:lambda:us-east-1:111111111111:function:f$/,
    });
    release();
    await plane.settled('f');
    assert.equal(invokedVersion(plane.functions, 'f')?.memoryMb, 512);
  });

  test('FunctionName finds by name and ARN, never a version', async () => {
    const plane = await withFunction();
    const update = updateFunctionConfiguration(plane);
    for (const FunctionName of ['f', '111111111111:function:f', 'arn:aws:lambda:us-east-1:111111111111:function:f']) {
      assert.equal((await update({ FunctionName, Timeout: 5 }, requestContext())).FunctionName, 'f');
      await plane.settled('f');
    }
    await rejectsWith(() => update({ FunctionName: 'f:1' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions only\./,
    });
    await rejectsWith(() => update({ FunctionName: 'g' }, requestContext()), { code: 'ResourceNotFoundException', message: /function:g$/ });
  });

  test('Role must be one of the account that Lambda can assume', async () => {
    const plane = await withFunction();
    const update = updateFunctionConfiguration(plane);
    await rejectsWith(() => update({ FunctionName: 'f', Role: `arn:aws:iam::${TEST_ACCOUNT}:role/untrusted` }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'The role defined for the function cannot be assumed by Lambda.',
    });
    const Role = `arn:aws:iam::${TEST_ACCOUNT}:role/r2`;
    assert.equal((await update({ FunctionName: 'f', Role }, requestContext())).Role, Role);
  });

  test('Runtime is checked and changes the runtime version', async () => {
    const plane = await withFunction();
    const update = updateFunctionConfiguration(plane);
    await rejectsWith(() => update({ FunctionName: 'f', Runtime: 'java8' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'test runtime check for update: java8',
    });
    const before = toFunctionConfiguration((await plane.settled('f')).latest).RuntimeVersionConfig;
    const after = await update({ FunctionName: 'f', Runtime: 'python3.11' }, requestContext());
    assert.equal(after.Runtime, 'python3.11');
    assert.notDeepEqual(after.RuntimeVersionConfig, before);
  });

  test('Environment replaces all variables', async () => {
    const plane = await withFunction();
    const update = updateFunctionConfiguration(plane);
    const changed = await update({ FunctionName: 'f', Environment: { Variables: { C: 'c' } } }, requestContext());
    assert.deepEqual(changed.Environment, { Variables: { C: 'c' } });
    await plane.settled('f');
    assert.deepEqual((await update({ FunctionName: 'f', Environment: {} }, requestContext())).Environment, { Variables: {} });
    await plane.settled('f');
    await rejectsWith(() => update({ FunctionName: 'f', Environment: { Variables: { AWS_REGION: 'x' } } }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /reserved keys/,
    });
  });

  test('LoggingConfig changes what is given', async () => {
    const plane = await withFunction();
    const changed = await updateFunctionConfiguration(plane)(
      { FunctionName: 'f', LoggingConfig: { LogGroup: 'cool_lambda' } },
      requestContext(),
    );
    assert.deepEqual(changed.LoggingConfig, { LogFormat: 'Text', LogGroup: 'cool_lambda' });
  });

  test('RevisionId must be the latest', async () => {
    const plane = await withFunction();
    const update = updateFunctionConfiguration(plane);
    await rejectsWith(() => update({ FunctionName: 'f', RevisionId: 'wrong' }, requestContext()), {
      code: 'PreconditionFailedException',
      status: 412,
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    });
    assert.ok(await update({ FunctionName: 'f', RevisionId: 'revision-of-f' }, requestContext()));
  });

  test('Layers replaces all layers', async () => {
    const plane = await withFunction();
    const update = updateFunctionConfiguration(plane);
    const layer = (name: string): string => `arn:aws:lambda:us-east-1:111111111111:layer:${name}:1`;
    for (const name of ['a', 'b']) await plane.layers.publish(layerKey(name), layerContent());
    const shown = async (input: { Layers?: string[]; Timeout?: number }): Promise<readonly unknown[] | undefined> => {
      await update({ FunctionName: 'f', ...input }, requestContext());
      return toFunctionConfiguration((await plane.settled('f')).latest).Layers?.map(({ Arn }) => Arn);
    };
    assert.deepEqual(await shown({ Layers: [layer('a')] }), [layer('a')]);
    assert.deepEqual(await shown({ Timeout: 5 }), [layer('a')], 'stays');
    await plane.layers.delete({ ...layerKey('a'), version: 1 });
    assert.deepEqual(await shown({ Timeout: 6 }), [layer('a')], 'also when its version is deleted');
    await rejectsWith(() => update({ FunctionName: 'f', Layers: [layer('a')] }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: `Layer version ${layer('a')} does not exist.`,
    });
    assert.deepEqual(await shown({ Layers: [layer('b')] }), [layer('b')]);
    assert.equal(await shown({ Layers: [] }), undefined);
    await plane.layers.publish(layerKey('big'), layerContent({ code: { digest: 'd', sizeBytes: 1, unzippedBytes: 262_144_001 } }));
    await rejectsWith(() => update({ FunctionName: 'f', Layers: [layer('big')] }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Layers consume more than the available size of 262144000 bytes',
    });
  });
});
