import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey, OTHER_ACCOUNT } from '../../../../test/support/layer-version.ts';
import { addLayerVersionPermission } from './add-layer-version-permission.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:layer';
const STATEMENT = { LayerName: 'l', VersionNumber: 1, StatementId: 's1', Action: 'lambda:GetLayerVersion', Principal: '*' };

async function oneVersion() {
  const plane = await lambdaControlPlane();
  await plane.layers.publish(layerKey('l'), layerContent());
  const add = addLayerVersionPermission(plane);
  return {
    ...plane,
    add: async (more: Partial<typeof STATEMENT> & { RevisionId?: string; OrganizationId?: string } = {}, context = requestContext()) =>
      add({ ...STATEMENT, ...more }, context),
  };
}

suite('AddLayerVersionPermission', () => {
  test('LayerName and VersionNumber must name an own version that exists', async () => {
    const { add } = await oneVersion();
    // Recorded: layer_permission_layername_doesnotexist_add, layer_permission_layerversion_doesnotexist_add.
    for (const [named, arn] of [
      [{ LayerName: 'l-doesnotexist' }, `${ARN}:l-doesnotexist:1`],
      [{ VersionNumber: 2 }, `${ARN}:l:2`],
    ] as const) {
      const message = `Layer version ${arn} does not exist.`;
      await rejectsWith(() => add(named), { code: 'ResourceNotFoundException', status: 404, message });
    }
    await rejectsWith(() => add({ LayerName: `${ARN}:l` }, requestContext(OTHER_ACCOUNT)), { code: 'AccessDeniedException', message: /./ });
  });

  test('StatementId must be new', async () => {
    const { add } = await oneVersion();
    await add();
    // Recorded: layer_permission_duplicate_statement.
    await rejectsWith(() => add(), {
      code: 'ResourceConflictException',
      status: 409,
      message: 'The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.',
    });
    await add({ StatementId: 's2' });
  });

  test('Action and Principal make the statement', async () => {
    const { add, layers } = await oneVersion();
    const { Statement, RevisionId } = await add();
    const version = layers.find({ ...layerKey('l'), version: 1 });
    assert.equal(RevisionId, version?.policy?.revisionId);
    const common = { Effect: 'Allow', Action: 'lambda:GetLayerVersion', Resource: `${ARN}:l:1` };
    // Recorded: add_layer_permission_result.
    assert.deepEqual(JSON.parse(Statement ?? ''), { Sid: 's1', Principal: '*', ...common });
    const { Statement: other } = await add({ StatementId: 's2', Principal: OTHER_ACCOUNT });
    assert.deepEqual(JSON.parse(other ?? ''), { Sid: 's2', Principal: { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` }, ...common });
  });

  test('OrganizationId becomes a condition', async () => {
    const { add } = await oneVersion();
    const { Statement } = await add({ OrganizationId: 'o-1234567890' });
    assert.match(Statement ?? '', /,"Condition":\{"StringEquals":\{"aws:PrincipalOrgID":"o-1234567890"\}\}\}$/);
  });

  test('RevisionId must be that of the policy', async () => {
    const { add } = await oneVersion();
    const { RevisionId = '' } = await add();
    // Recorded: layer_permission_wrong_revision.
    await rejectsWith(() => add({ StatementId: 's2', RevisionId: 'wrong' }), {
      code: 'PreconditionFailedException',
      status: 412,
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id',
    });
    await add({ StatementId: 's2', RevisionId });
  });
});
