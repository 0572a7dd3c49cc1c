import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey } from '../../../../test/support/layer-version.ts';
import { addLayerVersionPermission } from './add-layer-version-permission.ts';
import { removeLayerVersionPermission } from './remove-layer-version-permission.ts';

const NAMED = { LayerName: 'l', VersionNumber: 1, StatementId: 's1' };
const STATEMENT = { ...NAMED, Action: 'lambda:GetLayerVersion', Principal: '*' };

async function oneStatement() {
  const plane = await lambdaControlPlane();
  await plane.layers.publish(layerKey('l'), layerContent());
  const { RevisionId = '' } = await addLayerVersionPermission(plane)(STATEMENT, requestContext());
  const operation = removeLayerVersionPermission(plane);
  const remove = async (more: Partial<Parameters<typeof operation>[0]> = {}) => operation({ ...NAMED, ...more }, requestContext());
  const policy = () => plane.layers.find({ ...layerKey('l'), version: 1 })?.policy;
  return { ...plane, remove, policy, RevisionId };
}

suite('RemoveLayerVersionPermission', () => {
  test('LayerName and VersionNumber must name an own version that exists', async () => {
    const { remove } = await oneStatement();
    for (const [named, arn] of [
      [{ LayerName: 'x' }, 'x:1'],
      [{ VersionNumber: 2 }, 'l:2'],
    ] as const) {
      const message = `Layer version arn:aws:lambda:us-east-1:111111111111:layer:${arn} does not exist.`;
      await rejectsWith(() => remove(named), { code: 'ResourceNotFoundException', status: 404, message });
    }
  });

  test('StatementId is removed; the last one takes the policy with it', async () => {
    const { remove, policy } = await oneStatement();
    // Recorded: layer_permission_statementid_doesnotexist_remove.
    await rejectsWith(() => remove({ StatementId: 'doesnotexist' }), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'Statement doesnotexist is not found in resource policy.',
    });
    assert.deepEqual(await remove(), {});
    assert.equal(policy(), undefined);
    await rejectsWith(() => remove(), { code: 'ResourceNotFoundException', message: 'No policy is associated with the given resource.' });
  });

  test('RevisionId must be that of the policy', async () => {
    const { remove, policy, RevisionId } = await oneStatement();
    // Recorded: layer_permission_wrong_revision_remove.
    await rejectsWith(() => remove({ RevisionId: 'wrong' }), {
      code: 'PreconditionFailedException',
      status: 412,
      message: /GetLayerPolicy API/,
    });
    assert.equal(policy()?.revisionId, RevisionId);
    await remove({ RevisionId });
    assert.equal(policy(), undefined);
  });
});
