import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith } from '../../../test/support/lambda-control-plane.ts';
import { ProvisionedCapacity } from './provisioned-capacity.ts';

const scaled = (qualifier: string) => ({ accountId: TEST_ACCOUNT, region: TEST_REGION, name: 'f', qualifier });

suite('ProvisionedCapacity', () => {
  test('is set as by a request, and 0 ends it', async () => {
    const plane = await lambdaControlPlane();
    await createWithVersions(plane.functions, functionRecord('f'), 1);
    const capacity = new ProvisionedCapacity({ ...plane, provisioned: { stateOf: () => undefined } });
    assert.deepEqual(capacity.read(scaled('1')), { requested: 0, available: 0, busyMs: 0, inProgress: false });
    await capacity.set(scaled('1'), 3);
    assert.deepEqual(capacity.read(scaled('1')), { requested: 3, available: 0, busyMs: 0, inProgress: true });
    await rejectsWith(async () => capacity.set(scaled('1'), 901), {
      code: 'InvalidParameterValueException',
      message: /minimum value of \[100\]/,
    });
    await capacity.set(scaled('1'), 0);
    assert.deepEqual(capacity.read(scaled('1')), { requested: 0, available: 0, busyMs: 0, inProgress: false });
    assert.equal(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.provisionedConcurrency, undefined);
  });

  test('is measured where it is, and not where there is no such alias or version', async () => {
    const plane = await lambdaControlPlane();
    await createWithVersions(
      plane.functions,
      { ...functionRecord('f'), provisionedConcurrency: { '1': { requested: 2, modifiedMs: 0 } } },
      1,
    );
    const state = { status: { name: 'READY' }, allocated: 2, available: 1, busyMs: 7 } as const;
    const capacity = new ProvisionedCapacity({ ...plane, provisioned: { stateOf: () => state } });
    assert.deepEqual(capacity.read(scaled('1')), { requested: 2, available: 1, busyMs: 7, inProgress: false });
    for (const qualifier of ['2', 'live', 'constructor']) assert.equal(capacity.read(scaled(qualifier)), undefined);
    assert.equal(capacity.read({ ...scaled('1'), name: 'g' }), undefined);
    await rejectsWith(async () => capacity.set({ ...scaled('1'), name: 'g' }, 1), { code: 'ResourceNotFoundException', message: /:g:1$/ });
  });
});
