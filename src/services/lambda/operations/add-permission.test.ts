import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AddPermissionCommandInput } from '@aws-sdk/client-lambda';
import { findPolicy } from '#functions/resource-policy.ts';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { addPermission } from './add-permission.ts';
import { getPolicy } from './get-policy.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';
const S3 = { StatementId: 's3', Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' };
const ALIAS = { name: 'live', version: '1', description: '', revisionId: 'revision-of-live' };

async function prepared(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await plane.functions.create({ ...functionRecord('f'), versions: { 1: 'v1' }, aliases: { live: ALIAS } });
  return plane;
}

type Given = Partial<AddPermissionCommandInput>;

/** The statement that is answered, as text. */
async function added(given: Given, on?: LambdaControlPlane): Promise<string> {
  const answer = await addPermission(on ?? (await prepared()))({ FunctionName: 'f', ...S3, ...given }, requestContext());
  return answer.Statement ?? '';
}

async function conditionOf(given: Given): Promise<string> {
  return JSON.stringify((JSON.parse(await added(given)) as { readonly Condition?: unknown }).Condition);
}

async function refused(given: Given, expected: Parameters<typeof rejectsWith>[1]): Promise<void> {
  const on = await prepared();
  await rejectsWith(() => added(given, on), expected);
  assert.equal(on.functions.find('111111111111', 'us-east-1', 'f')?.policies, undefined, 'nothing is changed');
}

suite('AddPermission', () => {
  test('FunctionName finds by name and ARN', async () => {
    const text = `{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"${ARN}"}`;
    for (const FunctionName of ['f', '111111111111:function:f', ARN]) assert.equal(await added({ FunctionName }), text);
    await refused(
      { FunctionName: 'other' },
      {
        code: 'ResourceNotFoundException',
        status: 404,
        message: 'Function not found: arn:aws:lambda:us-east-1:111111111111:function:other',
      },
    );
  });

  test('StatementId is unique within one policy', async () => {
    const on = await prepared();
    await added({}, on);
    await rejectsWith(() => added({ Principal: 'sns.amazonaws.com' }, on), {
      code: 'ResourceConflictException',
      status: 409,
      message: 'The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing statement.',
    });
    await added({ StatementId: 's3_2' }, on);
    await added({ Qualifier: 'live' }, on);
    const { Policy = '' } = await getPolicy(on)({ FunctionName: 'f' }, requestContext());
    const { Version, Id, Statement } = JSON.parse(Policy) as Readonly<Record<string, unknown>> & {
      readonly Statement: readonly { Sid: string }[];
    };
    assert.deepEqual([Version, Id, Statement.map(({ Sid }) => Sid)], ['2012-10-17', 'default', ['s3', 's3_2']]);
  });

  test('Action is granted', async () => {
    assert.match(await added({ Action: 'lambda:GetFunction' }), /"Action":"lambda:GetFunction"/);
  });

  test('Principal is a service, an account, an identity or everybody', async () => {
    const principal = async (Principal: string): Promise<unknown> =>
      (JSON.parse(await added({ Principal })) as { readonly Principal: unknown }).Principal;
    assert.deepEqual(await principal('lambda.amazonaws.com'), { Service: 'lambda.amazonaws.com' });
    assert.deepEqual(await principal('alexa-appkit.amazon.com'), { Service: 'alexa-appkit.amazon.com' });
    assert.deepEqual(await principal('222222222222'), { AWS: 'arn:aws:iam::222222222222:root' });
    assert.deepEqual(await principal('arn:aws:iam::222222222222:user/u'), { AWS: 'arn:aws:iam::222222222222:user/u' });
    assert.equal(await principal('*'), '*');
    for (const Principal of ['example.com', 'arn:aws:s3:::b', '12', 's3.amazonaws.com.evil.com']) {
      await refused(
        { Principal },
        {
          code: 'InvalidParameterValueException',
          message: 'The provided principal was invalid. Please check the principal and try again.',
        },
      );
    }
  });

  test('SourceArn, SourceAccount, PrincipalOrgID and EventSourceToken become conditions', async () => {
    assert.equal(await conditionOf({}), undefined);
    assert.equal(await conditionOf({ SourceArn: 'arn:aws:s3:::b' }), '{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"}}');
    assert.equal(await conditionOf({ SourceAccount: '111111111111' }), '{"StringEquals":{"AWS:SourceAccount":"111111111111"}}');
    assert.equal(await conditionOf({ EventSourceToken: 'amzn1.x' }), '{"StringEquals":{"lambda:EventSourceToken":"amzn1.x"}}');
    assert.equal(await conditionOf({ PrincipalOrgID: 'o-1234567890' }), '{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}}');
  });

  test('FunctionUrlAuthType and InvokedViaFunctionUrl become conditions', async () => {
    const url = { Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: 'NONE' } as const;
    assert.equal(await conditionOf(url), '{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}');
    // recorded by test_add_lambda_permission_fields
    assert.equal(
      await conditionOf({ ...url, SourceAccount: '111111111111', SourceArn: 'arn:aws:s3:::b', PrincipalOrgID: 'o-1234567890' }),
      '{"StringEquals":{"AWS:SourceAccount":"111111111111","lambda:FunctionUrlAuthType":"NONE","aws:PrincipalOrgID":"o-1234567890"},' +
        '"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::b"}}',
    );
    assert.equal(await conditionOf({ InvokedViaFunctionUrl: true }), '{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}');
    await refused(
      { FunctionUrlAuthType: 'NONE' },
      {
        code: 'InvalidParameterValueException',
        message: 'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action',
      },
    );
  });

  test('Qualifier selects the policy of a version or an alias', async () => {
    const on = await prepared();
    assert.match(await added({ Qualifier: '1' }, on), /"Resource":"arn:aws:lambda:us-east-1:111111111111:function:f:1"/);
    assert.match(await added({ FunctionName: 'f:live' }, on), /"Resource":"arn:aws:lambda:us-east-1:111111111111:function:f:live"/);
    const record = on.functions.find('111111111111', 'us-east-1', 'f') ?? assert.fail();
    assert.deepEqual(Object.keys(record.policies ?? {}), ['1', 'live']);
    assert.equal(findPolicy(record, '$LATEST'), undefined);
    await refused({ Qualifier: '2' }, { code: 'ResourceNotFoundException', message: `Function not found: ${ARN}:2` });
    await refused(
      { Qualifier: 'constructor' },
      {
        code: 'ResourceNotFoundException',
        message: `Cannot find alias arn: ${ARN}:constructor`,
      },
    );
    await refused({ Qualifier: 'with-$' }, { code: 'ResourceNotFoundException', message: 'The resource you requested does not exist.' });
    await refused(
      { Qualifier: '$LATEST' },
      {
        code: 'InvalidParameterValueException',
        message: 'We currently do not support adding policies for $LATEST.',
      },
    );
  });

  test('RevisionId must be the policy’s', async () => {
    const wrong = {
      code: 'PreconditionFailedException',
      status: 412,
      message: 'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
    };
    await refused({ RevisionId: 'wrong' }, wrong);
    // The function and the alias have others, also where there is no policy yet.
    await refused({ RevisionId: 'revision-of-f' }, wrong);
    await refused({ RevisionId: 'revision-of-live', Qualifier: 'live' }, wrong);
    const on = await prepared();
    await added({}, on);
    await rejectsWith(() => added({ StatementId: 'more', RevisionId: 'revision-of-f' }, on), wrong);
    const { RevisionId = '' } = await getPolicy(on)({ FunctionName: 'f' }, requestContext());
    await added({ StatementId: 'more', RevisionId }, on);
    assert.notEqual((await getPolicy(on)({ FunctionName: 'f' }, requestContext())).RevisionId, RevisionId);
  });

  test('a policy has 20,480 bytes at most', async () => {
    const on = await prepared();
    const token = 'a'.repeat(256);
    const add = (index: number): Promise<string> => added({ StatementId: `s${index}`, EventSourceToken: token }, on);
    let index = 0;
    await rejectsWith(
      async () => {
        for (;;) await add(index++);
      },
      {
        code: 'PolicyLengthExceededException',
        status: 400,
        message: /^The final policy size \(20\d{3}\) is bigger than the limit \(20480\)\.$/,
      },
    );
    assert.ok(index > 30, `${index}`);
  });
});
