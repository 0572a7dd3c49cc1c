import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { statementsOf, findPolicy, type ResourcePolicy } from '#functions/resource-policy.ts';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { removePermission } from './remove-permission.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';
const ALIAS = { name: 'live', version: '1', description: '', revisionId: 'revision-of-live' };

const policy = (revisionId: string, ...sids: readonly string[]): ResourcePolicy => ({
  revisionId,
  text: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: sids.map((Sid) => ({ Sid })) }),
});

async function prepared(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  const policies = { $LATEST: policy('p1', 'a', 'b'), live: policy('p2', 'a') };
  await plane.functions.create({ ...functionRecord('f'), versions: { 1: 'v1' }, aliases: { live: ALIAS }, policies });
  return plane;
}

const notFound = (message: string): Parameters<typeof rejectsWith>[1] => ({ code: 'ResourceNotFoundException', status: 404, message });

suite('RemovePermission', () => {
  test('FunctionName and StatementId name what is removed', async () => {
    const on = await prepared();
    const remove = (FunctionName: string, StatementId: string): unknown =>
      removePermission(on)({ FunctionName, StatementId }, requestContext());
    const sids = (): unknown => {
      const found = findPolicy(on.functions.find('111111111111', 'us-east-1', 'f') ?? assert.fail(), '$LATEST');
      return statementsOf(found).map(({ Sid }) => Sid);
    };
    await rejectsWith(() => remove('f', 'doesnotexist'), notFound('Statement doesnotexist is not found in resource policy.'));
    await remove(ARN, 'a');
    assert.deepEqual(sids(), ['b']);
    await remove('f', 'b');
    assert.deepEqual(Object.keys(on.functions.find('111111111111', 'us-east-1', 'f')?.policies ?? {}), ['live']);
    await rejectsWith(() => remove('f', 'b'), notFound('No policy is associated with the given resource.'));
    await rejectsWith(() => remove('other', 'a'), notFound('No policy found for: arn:aws:lambda:us-east-1:111111111111:function:other'));
  });

  test('Qualifier selects the policy of a version or an alias', async () => {
    const on = await prepared();
    const remove = (Qualifier: string): unknown =>
      removePermission(on)({ FunctionName: 'f', StatementId: 'a', Qualifier }, requestContext());
    await remove('live');
    assert.deepEqual(on.functions.find('111111111111', 'us-east-1', 'f')?.policies, { $LATEST: policy('p1', 'a', 'b') });
    await rejectsWith(() => remove('1'), notFound('No policy is associated with the given resource.'));
    await rejectsWith(() => remove('2'), notFound(`Function not found: ${ARN}:2`));
  });

  test('RevisionId must be the policy’s', async () => {
    const on = await prepared();
    const remove = (RevisionId: string): unknown =>
      removePermission(on)({ FunctionName: 'f', StatementId: 'a', RevisionId }, requestContext());
    for (const wrong of ['wrong', 'revision-of-f', 'p2']) {
      await rejectsWith(() => remove(wrong), {
        code: 'PreconditionFailedException',
        status: 412,
        message:
          'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
      });
    }
    await remove('p1');
    assert.notEqual(findPolicy(on.functions.find('111111111111', 'us-east-1', 'f') ?? assert.fail(), '$LATEST')?.revisionId, 'p1');
  });
});
