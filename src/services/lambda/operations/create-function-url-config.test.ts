import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CreateFunctionUrlConfigCommandInput, CreateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { createFunctionUrlConfig } from './create-function-url-config.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';
const ALIAS = { name: 'live', version: '$LATEST', description: '', revisionId: 'r' };

async function prepared(tags: Readonly<Record<string, string>> = {}): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await plane.functions.create({ ...functionRecord('f'), aliases: { live: ALIAS }, tags });
  return plane;
}

async function create(
  plane: LambdaControlPlane,
  input: Partial<CreateFunctionUrlConfigCommandInput> = {},
  endpoint = 'http://127.0.0.1:4566',
): Promise<CreateFunctionUrlConfigResponse> {
  return createFunctionUrlConfig(plane)({ FunctionName: 'f', AuthType: 'NONE', ...input }, { ...requestContext(), endpoint });
}

suite('CreateFunctionUrlConfig', () => {
  test('FunctionName finds by name and ARN', async () => {
    for (const FunctionName of ['f', '111111111111:function:f', ARN]) {
      const { FunctionUrl, ...rest } = await create(await prepared(), { FunctionName });
      // As recorded by test_lambda_url_echo_invoke[None].
      assert.deepEqual(rest, { FunctionArn: ARN, CreationTime: '2026-11-20T10:00:00.000Z', AuthType: 'NONE' });
      assert.match(FunctionUrl ?? '', /^http:\/\/[a-z2-7]{32}\.lambda-url\.us-east-1\.localhost:4566\/$/);
    }
    await rejectsWith(async () => create(await prepared(), { FunctionName: 'g' }), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'Function does not exist',
    });
  });

  test('Qualifier must be an alias that exists', async () => {
    const plane = await prepared();
    await rejectsWith(() => create(plane, { Qualifier: 'other' }), {
      code: 'ResourceNotFoundException',
      message: 'Function does not exist',
    });
    assert.equal((await create(plane, { Qualifier: 'live' })).FunctionArn, `${ARN}:live`);
    assert.equal((await create(plane)).FunctionArn, ARN);
    assert.deepEqual(Object.keys(plane.functions.find('111111111111', 'us-east-1', 'f')?.urls ?? {}), ['live', '$LATEST']);
  });

  test('AuthType, Cors and InvokeMode are stored', async () => {
    const plane = await prepared();
    const Cors = {
      AllowCredentials: true,
      AllowHeaders: ['a'],
      AllowMethods: ['GET'],
      AllowOrigins: ['https://a.example'],
      ExposeHeaders: ['b'],
      MaxAge: 5,
    };
    const answer = await create(plane, { AuthType: 'AWS_IAM', Cors, InvokeMode: 'RESPONSE_STREAM' });
    assert.deepEqual([answer.AuthType, answer.Cors, answer.InvokeMode], ['AWS_IAM', Cors, 'RESPONSE_STREAM']);
    assert.equal('Cors' in (await create(plane, { Qualifier: 'live', Cors: {} })), false);
  });

  test('a second one is refused', async () => {
    const plane = await prepared();
    await create(plane);
    await rejectsWith(() => create(plane), {
      code: 'ResourceConflictException',
      status: 409,
      message: `Failed to create function url config for [functionArn = ${ARN}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    });
  });

  test('the tag _custom_id_ chooses the id, with the alias at its end', async () => {
    const plane = await prepared({ _custom_id_: 'My-Shop' });
    assert.equal((await create(plane)).FunctionUrl, 'http://my-shop.lambda-url.us-east-1.localhost:4566/');
    assert.equal((await create(plane, { Qualifier: 'live' })).FunctionUrl, 'http://my-shop-live.lambda-url.us-east-1.localhost:4566/');
    await plane.functions.create({ ...functionRecord('other'), tags: { _custom_id_: 'my-shop' } });
    await rejectsWith(() => create(plane, { FunctionName: 'other' }), {
      code: 'ResourceConflictException',
      message: 'The URL id my-shop belongs to another function.',
    });
    await rejectsWith(async () => create(await prepared({ _custom_id_: 'no.label' })), {
      code: 'InvalidParameterValueException',
      message: /^The tag _custom_id_ makes the URL id 'no\.label'/,
    });
  });

  test('of two functions that want the same id at once, one gets it', async () => {
    const plane = await prepared({ _custom_id_: 'shop' });
    await plane.functions.create({ ...functionRecord('g'), tags: { _custom_id_: 'shop' } });
    const settled = await Promise.allSettled([create(plane), create(plane, { FunctionName: 'g' })]);
    assert.deepEqual(settled.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  });

  test('the URL is below the name by which the client reached the daemon', async () => {
    const urlAt = async (endpoint: string): Promise<string> =>
      ((await create(await prepared(), {}, endpoint)).FunctionUrl ?? '').replace(/[a-z2-7]{32}/, 'ID');
    assert.equal(await urlAt('http://hearth.example'), 'http://ID.lambda-url.us-east-1.hearth.example/');
    assert.equal(await urlAt('http://localhost:80'), 'http://ID.lambda-url.us-east-1.localhost/');
    assert.equal(await urlAt('http://[::1]:5000'), 'http://ID.lambda-url.us-east-1.localhost:5000/');
  });
});
