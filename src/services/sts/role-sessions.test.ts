import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { parsePolicyDocument } from '#aws/policy/policy-document.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { RoleSessions } from './role-sessions.ts';
import { loadSessionKey } from './session-key.ts';
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

test('SessionTokens opens nothing that was changed, cut, or sealed with another key', () => {
  const key = Buffer.alloc(32, 1);
  const { sessionToken } = open(key).issue(LAMBDA_ROLE, 'f', 3600);
  assert.ok(open(key).open(sessionToken) !== undefined);
  assert.equal(open(Buffer.alloc(32, 2)).open(sessionToken), undefined);
  const sealed = Buffer.from(sessionToken, 'base64');
  for (const index of [0, 1, 12, 13, 60, sealed.length - 1]) {
    const changed = Buffer.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.equal(open(key).open(changed.toString('base64')), undefined, `byte ${index}`);
  }
  for (const text of ['', 'x', 'AQ==', sealed.subarray(0, -1).toString('base64'), 'A'.repeat(5000)])
    assert.equal(open(key).open(text), undefined);
});

test('SessionTokens gives each session a key id and a secret of its own', () => {
  const sessions = open(Buffer.alloc(32));
  const issued = Array.from({ length: 50 }, () => sessions.issue(LAMBDA_ROLE, 'f', 3600));
  assert.equal(new Set(issued.map((each) => each.accessKeyId)).size, 50);
  assert.equal(new Set(issued.map((each) => each.secretAccessKey)).size, 50);
});

test('loadSessionKey makes a key once, and finds it again', async () => {
  const store = new MemoryDocumentStore();
  const [first, second] = await Promise.all([loadSessionKey(store, systemIds), loadSessionKey(store, systemIds)]);
  assert.equal(first.length, 32);
  assert.deepEqual(second, first);
  const token = open(first).issue(LAMBDA_ROLE, 'f', 3600).sessionToken;
  assert.ok(open(await loadSessionKey(store, systemIds)).open(token) !== undefined);
});
