import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, evaluateTrust } from './decide.ts';
import { POLICY_CASES } from './policy-cases.ts';
import type { PolicyCase } from './policy-cases.ts';
import { parsePolicyDocument } from './policy-document.ts';
import type { PolicyDocument } from './policy-document.ts';

function document(statements: readonly unknown[]): PolicyDocument {
  return parsePolicyDocument(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
}

const REASONS: Readonly<Record<PolicyCase['answer'], (action: string) => string | undefined>> = {
  allow: () => undefined,
  'no identity-based policy': (action) => `because no identity-based policy allows the ${action} action`,
  'explicit deny': () => 'with an explicit deny in an identity-based policy',
  'no permissions boundary': (action) => `because no permissions boundary allows the ${action} action`,
  'explicit deny in boundary': () => 'with an explicit deny in a permissions boundary',
};

test('decide answers the case table', async (t) => {
  for (const { name, statements, boundary, action, resource, answer } of POLICY_CASES) {
    await t.test(name, () => {
      const policies = { identity: [document(statements)], boundary: boundary === undefined ? undefined : document(boundary) };
      const decision = decide(policies, { action, resource });
      assert.equal(decision.allowed ? undefined : decision.reason, REASONS[answer](action));
    });
  }
});

test('decide adds up the policies of one caller', () => {
  const permission = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' };
  const read = document([{ Effect: 'Allow', Action: 's3:Get*', Resource: '*' }]);
  const deny = document([{ Effect: 'Deny', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }]);
  assert.equal(decide({ identity: [document([]), read], boundary: undefined }, permission).allowed, true);
  assert.equal(decide({ identity: [read, deny], boundary: undefined }, permission).allowed, false);
});

test('evaluateTrust finds a principal by its type and whole id', () => {
  const trust = (principal: unknown, more: object = {}): PolicyDocument =>
    document([{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more }]);
  const lambda = [{ type: 'Service', id: 'lambda.amazonaws.com' }];
  const ask = (policy: PolicyDocument, principals = lambda, action = 'sts:AssumeRole'): string => evaluateTrust(policy, principals, action);
  assert.equal(ask(trust({ Service: 'lambda.amazonaws.com' })), 'allow');
  assert.equal(ask(trust({ Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] })), 'allow');
  assert.equal(ask(trust({ Service: 'ec2.amazonaws.com' })), 'none');
  assert.equal(ask(trust({ AWS: 'lambda.amazonaws.com' })), 'none');
  assert.equal(ask(trust({ AWS: '*' })), 'none');
  assert.equal(ask(trust('*'), [{ type: 'AWS', id: 'arn:aws:iam::000000000000:user/u' }]), 'allow');
  assert.equal(ask(trust({ AWS: 'arn:aws:iam::000000000000:user/*' }), [{ type: 'AWS', id: 'arn:aws:iam::000000000000:user/u' }]), 'none');
  assert.equal(ask(trust({ Service: 'lambda.amazonaws.com' }), lambda, 'sts:TagSession'), 'none');
  assert.equal(ask(trust({ Service: 'lambda.amazonaws.com' }, { Condition: { StringEquals: { 'aws:SourceAccount': '1' } } })), 'none');
  assert.equal(ask(document([{ Effect: 'Allow', NotPrincipal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }])), 'none');
});

test('evaluateTrust lets a deny win, and one that it cannot judge deny everybody', () => {
  const allow = { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' };
  const account = [{ type: 'AWS', id: '000000000000' }];
  const answer = (deny: object): string =>
    evaluateTrust(document([allow, { Effect: 'Deny', Action: 'sts:*', ...deny }]), account, 'sts:AssumeRole');
  assert.equal(answer({ Principal: { AWS: '000000000000' } }), 'deny');
  assert.equal(answer({ Principal: { AWS: '111111111111' } }), 'allow');
  assert.equal(answer({ Principal: { AWS: '111111111111' }, Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } } }), 'deny');
  assert.equal(answer({ NotPrincipal: { AWS: '000000000000' } }), 'deny');
});
