import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateFunctionCommand, InvokeCommand, LambdaServiceException, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { systemClock } from '#base/clock.ts';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { loadServiceWire } from '#aws/wire/service-wire.ts';
import { Authenticator } from '#gateway/authenticate.ts';
import { policyAuthorizer } from '#gateway/authorize.ts';
import { Gateway } from '#gateway/gateway.ts';
import { createGuard } from '#gateway/guard.ts';
import { Listeners } from '#gateway/listeners.ts';
import { Account } from '../support/account.ts';
import { lambdaControlPlane, TEST_ROLE, TEST_ZIP } from '../support/lambda-control-plane.ts';
import type { LambdaControlPlane } from '../support/lambda-control-plane.ts';
import { lambdaService } from '../../src/services/lambda/service.ts';

/** The states of a function whose unpacking is held, through the gateway and the SDK. There is no artificial delay to rely on. */
describe('a function that is not Active yet', { concurrency: false }, () => {
  let plane: LambdaControlPlane;
  let listeners: Listeners;
  let account: Account;

  before(async () => {
    plane = await lambdaControlPlane();
    const invoker = {
      invoke: () => Promise.resolve({ outcome: 'success' as const, body: Buffer.from('"ran"') }),
      invokeStreaming: () => assert.fail('nothing is streamed here'),
    };
    const lambda = lambdaService({ ...plane, invoker });
    const identity = { rootAccessKeyId: 'test', rootSecretAccessKey: 'test', acceptAccountKeys: true, acceptAnySecret: false };
    const nobody = { find: () => undefined, open: () => undefined };
    const gateway = new Gateway({
      services: new Map([[lambda.name, lambda]]),
      loadWire: loadServiceWire,
      guard: createGuard({ allowedHosts: [], allowedOrigins: [], parentOfVirtualHost: () => undefined }),
      authenticator: new Authenticator(identity, { clock: systemClock, accessKeys: nobody, sessions: nobody }),
      authorizer: policyAuthorizer({ policiesOf: () => ({ identity: [], boundary: undefined }) }),
      doors: [],
      ids: systemIds,
      logger: silentLogger,
    });
    listeners = new Listeners(gateway, { clock: systemClock, logger: silentLogger });
    const port = await listeners.listen('127.0.0.1', 0);
    account = new Account(`http://127.0.0.1:${port}`, { accessKeyId: '111111111111', secretAccessKey: 'test' });
  });

  after(async () => {
    await listeners.close(0);
  });

  test('an invocation while the code is being unpacked is a ResourceConflictException, afterwards it runs', async () => {
    const release = plane.holdUnpacking();
    const created = await account.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'held',
        Runtime: 'python3.12',
        Handler: 'handler.handler',
        Role: TEST_ROLE,
        Code: { ZipFile: TEST_ZIP },
      }),
    );
    assert.deepEqual(
      [created.State, created.StateReasonCode, created.StateReason],
      ['Pending', 'Creating', 'The function is being created.'],
    );
    await assert.rejects(account.lambda.send(new InvokeCommand({ FunctionName: 'held' })), (error) => {
      assert.ok(error instanceof LambdaServiceException);
      assert.equal(error.name, 'ResourceConflictException');
      assert.equal(
        error.message,
        'The operation cannot be performed at this time. The function is currently in the following state: Pending',
      );
      assert.equal(error.$metadata.httpStatusCode, 409);
      return true;
    });
    await assert.rejects(account.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'held', Timeout: 9 })), (error) => {
      assert.ok(error instanceof LambdaServiceException);
      assert.equal(error.name, 'ResourceConflictException');
      return true;
    });
    assert.equal((await account.configuration('held')).State, 'Pending');

    release();
    await account.active('held');
    const answer = await account.lambda.send(new InvokeCommand({ FunctionName: 'held' }));
    assert.equal(Buffer.from(answer.Payload ?? []).toString('utf8'), '"ran"');
  });
});
