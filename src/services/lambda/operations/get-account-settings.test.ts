import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey, OTHER_ACCOUNT } from '../../../../test/support/layer-version.ts';
import { getAccountSettings } from './get-account-settings.ts';

suite('GetAccountSettings', () => {
  test('counts the functions and the bytes of functions and layers of the account in the region', async () => {
    const plane = await lambdaControlPlane();
    await plane.functions.create(functionRecord('f'));
    await plane.functions.create(functionRecord('g', { code: { digest: 'b'.repeat(64), sizeBytes: 11 } }));
    await plane.functions.create(functionRecord('h', { accountId: '222222222222' as AccountId }));
    await plane.functions.create(functionRecord('i', { region: 'eu-west-1' }));
    for (const name of ['l', 'l', 'm'])
      await plane.layers.publish(layerKey(name), layerContent({ code: { digest: 'c', sizeBytes: 1000 } }));
    await plane.layers.publish(layerKey('l', { accountId: OTHER_ACCOUNT }), layerContent());
    assert.deepEqual(await getAccountSettings(plane)({}, requestContext()), {
      AccountLimit: {
        TotalCodeSize: 322_122_547_200,
        CodeSizeUnzipped: 262_144_000,
        CodeSizeZipped: 52_428_800,
        ConcurrentExecutions: 1000,
        UnreservedConcurrentExecutions: 1000,
      },
      AccountUsage: { TotalCodeSize: 3111, FunctionCount: 2 },
    });
  });
});
