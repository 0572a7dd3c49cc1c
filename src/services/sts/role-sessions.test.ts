import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { parsePolicyDocument } from '#aws/policy/policy-document.ts';
import { RoleSessions } from './role-sessions.ts';
import { SessionTokens } from './session-token.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const clock = { wallMs: () => NOW_MS, monotonicMs: () => 0, schedule: () => ({ cancel() {} }) };
const LAMBDA_ROLE = 'arn:aws:iam::000000000000:role/app/for-lambda';
const OTHER_ROLE = 'arn:aws:iam::000000000000:role/for-ec2';

function role(arn: string, service: string): [string, Parameters<RoleSessions['issueFor']>[0]] {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  return [arn, { arn, id: 'AROA1', trustPolicy: parsePolicyDocument(JSON.stringify({ Statement: statement })), maxSessionSeconds: 3600 }];
}

const roles = new Map([role(LAMBDA_ROLE, 'lambda.amazonaws.com'), role(OTHER_ROLE, 'ec2.amazonaws.com')]);

function open(key: Buffer): RoleSessions {
  return new RoleSessions({ roles: { findRole: (arn) => roles.get(arn) }, tokens: new SessionTokens(key, systemIds), clock });
}

test('RoleSessions.canBeAssumedBy asks the trust policy for the service', () => {
  const sessions = open(Buffer.alloc(32));
  assert.equal(sessions.canBeAssumedBy(LAMBDA_ROLE, 'lambda.amazonaws.com'), true);
  assert.equal(sessions.canBeAssumedBy(LAMBDA_ROLE, 'ec2.amazonaws.com'), false);
  assert.equal(sessions.canBeAssumedBy(OTHER_ROLE, 'lambda.amazonaws.com'), false);
  assert.equal(sessions.canBeAssumedBy('arn:aws:iam::000000000000:role/ghost', 'lambda.amazonaws.com'), false);
});

test('RoleSessions.issue gives credentials of the role, beyond its longest session too', () => {
  const sessions = open(Buffer.alloc(32));
  const issued = sessions.issue(LAMBDA_ROLE, 'orders', 43_200);
  assert.match(issued.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
  assert.equal(issued.secretAccessKey.length, 40);
  assert.equal(issued.expiresAtMs, NOW_MS + 43_200_000);
  const opened = sessions.open(issued.sessionToken);
  assert.equal(opened?.caller.arn, 'arn:aws:sts::000000000000:assumed-role/for-lambda/orders');
  assert.equal(opened?.secretAccessKey, issued.secretAccessKey);
});

test('RoleSessions.issue refuses roles that do not trust Lambda', () => {
  const refused = { code: 'AccessDeniedException', status: 403, message: 'The role defined for the function cannot be assumed by Lambda.' };
  for (const arn of [OTHER_ROLE, 'arn:aws:iam::000000000000:role/ghost']) {
    assert.throws(() => open(Buffer.alloc(32)).issue(arn, 'f', 3600), refused);
  }
});
