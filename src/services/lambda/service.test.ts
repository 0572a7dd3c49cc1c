import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadSchemaModule } from '#aws/wire/schema-loader.ts';
import { readServiceModel } from '#aws/wire/schema.ts';
import { lambdaControlPlane } from '../../../test/support/lambda-control-plane.ts';
import { LAMBDA_OPERATIONS } from './operations.ts';
import { lambdaService } from './service.ts';

suite('lambdaService', () => {
  test('has a handler for each operation of the table, and each is one of the model', async () => {
    const model = readServiceModel(await loadSchemaModule('@aws-sdk/client-lambda'));
    const notHere = (): never => assert.fail('not invoked here');
    const invoker = { invoke: notHere, invokeStreaming: notHere };
    const service = lambdaService({ ...(await lambdaControlPlane()), invoker });
    assert.equal(service.name, 'lambda');
    assert.deepEqual(Object.keys(service.operations), Object.keys(LAMBDA_OPERATIONS));
    for (const [name, handler] of Object.entries(service.operations)) {
      assert.equal(typeof handler, 'function');
      assert.ok(model.operations.has(name), name);
    }
  });
});
