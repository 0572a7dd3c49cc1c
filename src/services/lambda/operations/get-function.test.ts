import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { getFunction } from './get-function.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

suite('GetFunction', () => {
  test('answers configuration, tags when there are any, and a link to the code', async () => {
    const plane = await lambdaControlPlane();
    const get = getFunction(plane);
    await plane.functions.create(functionRecord('f'));
    const answer = await get({ FunctionName: 'f' }, requestContext());
    assert.equal(answer.Configuration?.FunctionArn, ARN);
    assert.equal(answer.Configuration?.LastUpdateStatus, 'Successful');
    assert.equal(answer.Code?.RepositoryType, 'S3');
    assert.match(answer.Code?.Location ?? '', /^http:\/\/127\.0\.0\.1:4566\/_hearth\/code\/a{64}\?expires=\d+&signature=[0-9a-f]{64}$/);
    assert.equal('Tags' in answer, false);
    await plane.functions.create({ ...functionRecord('tagged'), tags: { a: 'b' } });
    assert.deepEqual((await get({ FunctionName: 'tagged' }, requestContext())).Tags, { a: 'b' });
  });

  test('FunctionName finds by name and ARN', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create(functionRecord('f'));
    for (const FunctionName of ['f', '111111111111:function:f', ARN]) {
      assert.equal((await getFunction(plane)({ FunctionName }, requestContext())).Configuration?.FunctionName, 'f');
    }
    // Recorded: a name that is too long is simply not found.
    const long = 'a'.repeat(65);
    await rejectsWith(() => getFunction(plane)({ FunctionName: long }, requestContext()), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: arn:aws:lambda:us-east-1:111111111111:function:${long}`,
    });
  });

  test('Qualifier finds versions and aliases and is repeated in the ARN', async () => {
    const plane = await lambdaControlPlane();
    const aliases = { live: { name: 'live', version: '1', description: '', revisionId: 'r' } };
    await createWithVersions(plane.functions, { ...functionRecord('f'), aliases }, 1);
    for (const [qualifier, version] of [
      ['$LATEST', '$LATEST'],
      ['1', '1'],
      ['live', '1'],
    ] as const) {
      for (const input of [
        { FunctionName: 'f', Qualifier: qualifier },
        { FunctionName: `f:${qualifier}` },
        { FunctionName: `${ARN}:${qualifier}`, Qualifier: qualifier },
      ]) {
        const { Configuration: found } = await getFunction(plane)(input, requestContext());
        assert.deepEqual([found?.FunctionArn, found?.Version], [`${ARN}:${qualifier}`, version]);
      }
    }
    await rejectsWith(() => getFunction(plane)({ FunctionName: 'f:1', Qualifier: 'live' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'The derived qualifier from the function name does not match the specified qualifier.',
    });
    for (const Qualifier of ['1221', '$latest', 'alias']) {
      await rejectsWith(() => getFunction(plane)({ FunctionName: 'f', Qualifier }, requestContext()), {
        code: 'ResourceNotFoundException',
        status: 404,
        message: `Function not found: ${ARN}:${Qualifier}`,
      });
    }
  });
});
