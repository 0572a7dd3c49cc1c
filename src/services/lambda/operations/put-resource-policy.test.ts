import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { addPermission } from './add-permission.ts';
import { getPolicy } from './get-policy.ts';
import { putResourcePolicy } from './put-resource-policy.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';
const DENY = { Sid: 'no', Effect: 'Deny', Principal: { AWS: '222222222222' }, Action: 'lambda:*', Resource: ARN };

async function prepared(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await plane.functions.create({ ...functionRecord('f'), versions: { 1: 'v1' } });
  return plane;
}

const textOf = (...statements: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Id: 'mine', Statement: statements });

suite('PutResourcePolicy', () => {
  test('ResourceArn names a function, a version or an alias', async () => {
    const on = await prepared();
    await putResourcePolicy(on)({ ResourceArn: `${ARN}:1`, Policy: textOf({ ...DENY, Resource: `${ARN}:1` }) }, requestContext());
    assert.deepEqual(Object.keys((await on.settled('f')).policies ?? {}), ['1']);
    await rejectsWith(() => putResourcePolicy(on)({ ResourceArn: `${ARN}x`, Policy: textOf(DENY) }, requestContext()), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: ${ARN}x`,
    });
  });

  test('Policy replaces the whole policy, and AddPermission adds to it', async () => {
    const on = await prepared();
    const Policy = textOf(DENY);
    const put = await putResourcePolicy(on)({ ResourceArn: ARN, Policy }, requestContext());
    assert.equal(put.Policy, Policy);
    assert.deepEqual(await getPolicy(on)({ FunctionName: 'f' }, requestContext()), { Policy, RevisionId: put.RevisionId });
    await addPermission(on)({ FunctionName: 'f', StatementId: 'yes', Action: 'lambda:GetFunction', Principal: '*' }, requestContext());
    const { Policy: text = '' } = await getPolicy(on)({ FunctionName: 'f' }, requestContext());
    const { Id, Statement } = JSON.parse(text) as { readonly Id: string; readonly Statement: readonly { readonly Sid: string }[] };
    assert.deepEqual([Id, Statement.map(({ Sid }) => Sid)], ['mine', ['no', 'yes']]);
  });

  test('Policy must be one of this resource', async () => {
    const on = await prepared();
    const refused = (Policy: string, message: string | RegExp): Promise<void> =>
      rejectsWith(() => putResourcePolicy(on)({ ResourceArn: ARN, Policy }, requestContext()), {
        code: 'InvalidParameterValueException',
        message,
      });
    await refused('{', 'The policy is not valid: Syntax errors in policy.');
    await refused(textOf(), 'The policy has no statement.');
    await refused(textOf({ ...DENY, Principal: undefined }), /must have a Principal/);
    for (const Resource of [undefined, `${ARN}:1`]) await refused(textOf({ ...DENY, Resource }), /must have a Resource that covers/);
    await refused(textOf({ ...DENY, Resource: undefined, NotResource: ARN }), /must have a Resource that covers/);
    await refused(textOf({ ...DENY, Action: ['lambda:*', 's3:GetObject'] }), /can only have actions of Lambda/);
    assert.equal((await on.settled('f')).policies, undefined);
  });

  test('RevisionId must be the policy’s', async () => {
    const on = await prepared();
    const put = (RevisionId?: string): ReturnType<ReturnType<typeof putResourcePolicy>> =>
      putResourcePolicy(on)({ ResourceArn: ARN, Policy: textOf(DENY), RevisionId }, requestContext());
    const first = await put();
    await rejectsWith(() => put('wrong'), {
      code: 'PreconditionFailedException',
      status: 412,
      message: /does not match the latest Revision Id/,
    });
    const second = await put(first.RevisionId);
    assert.notEqual(second.RevisionId, first.RevisionId);
  });
});
