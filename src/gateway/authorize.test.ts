import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicyDocument } from '#aws/policy/policy-document.ts';
import { parseAccountId } from '#aws/sigv4/access-key-id.ts';
import type { Caller } from '#aws/caller.ts';
import { policyAuthorizer } from './authorize.ts';

const accountId = parseAccountId('000000000000') ?? assert.fail();
const ROOT: Caller = { kind: 'root', accountId, arn: 'arn:aws:iam::000000000000:root', userId: accountId, accessKeyId: 'test' };
const USER: Caller = {
  kind: 'user',
  accountId,
  arn: 'arn:aws:iam::000000000000:user/ann',
  userId: 'AIDA1',
  accessKeyId: 'AKIA1',
  userName: 'ann',
};
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';

const document = parsePolicyDocument(
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'lambda:Get*', Resource: '*' },
      { Effect: 'Deny', Action: 'lambda:Delete*', Resource: '*' },
    ],
  }),
);
const authorizer = policyAuthorizer({ policiesOf: (caller) => ({ identity: caller === USER ? [document] : [], boundary: undefined }) });

test('policyAuthorizer lets root do everything', () => {
  authorizer.authorize(ROOT, { action: 'lambda:DeleteFunction', resource: FUNCTION }, 'lambda');
});

test('policyAuthorizer allows what the policies allow', () => {
  authorizer.authorize(USER, { action: 'lambda:GetFunction', resource: FUNCTION }, 'lambda');
});

test('policyAuthorizer refuses in AWS’s words, with the code and status of the protocol', () => {
  const refused = (action: string, service: string, reason: string, code: string, status: number): void => {
    assert.throws(() => authorizer.authorize(USER, { action, resource: FUNCTION }, service), {
      code,
      status,
      message: `User: arn:aws:iam::000000000000:user/ann is not authorized to perform: ${action} on resource: ${FUNCTION} ${reason}`,
    });
  };
  const none = 'because no identity-based policy allows the lambda:InvokeFunction action';
  refused('lambda:InvokeFunction', 'lambda', none, 'AccessDeniedException', 403);
  refused('lambda:InvokeFunction', 'logs', none, 'AccessDeniedException', 400);
  refused('lambda:InvokeFunction', 'iam', none, 'AccessDenied', 403);
  refused('lambda:InvokeFunction', 'sts', none, 'AccessDenied', 403);
  refused('lambda:DeleteFunction', 'lambda', 'with an explicit deny in an identity-based policy', 'AccessDeniedException', 403);
});
