import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId, Requester } from '#aws/caller.ts';
import { decideAccess } from './decide-access.ts';
import { parsePolicyDocument, type PolicyDocument } from './policy-document.ts';

const OWNER = '111111111111' as AccountId;
const OTHER = '222222222222' as AccountId;
const FUNCTION = `arn:aws:lambda:us-east-1:${OWNER}:function:f`;
const ACTION = 'lambda:InvokeFunction';

const root = (accountId: AccountId): Requester => ({
  kind: 'root',
  accountId,
  arn: `arn:aws:iam::${accountId}:root`,
  userId: accountId,
  accessKeyId: 'k',
});
const user = (accountId: AccountId): Requester => ({
  kind: 'user',
  accountId,
  arn: `arn:aws:iam::${accountId}:user/ann`,
  userId: 'AIDA1',
  accessKeyId: 'k',
  userName: 'ann',
});
const session = (accountId: AccountId): Requester => ({
  kind: 'role-session',
  accountId,
  arn: `arn:aws:sts::${accountId}:assumed-role/r/s`,
  userId: 'AROA1:s',
  accessKeyId: 'k',
  roleArn: `arn:aws:iam::${accountId}:role/r`,
  sessionName: 's',
});
const bucket = (sourceAccount: string): Requester => ({
  kind: 'service',
  accountId: sourceAccount as AccountId,
  arn: 's3.amazonaws.com',
  userId: 's3.amazonaws.com',
  accessKeyId: '',
  servicePrincipal: 's3.amazonaws.com',
  sourceArn: 'arn:aws:s3:::pictures',
  sourceAccount,
});
const ANONYMOUS: Requester = { kind: 'anonymous' };

interface Given {
  /** The Principal of a statement that allows the action. */
  readonly principal?: unknown;
  /** More members of that statement. */
  readonly more?: object;
  readonly identity?: 'Allow' | 'Deny';
  readonly boundary?: 'Allow' | 'Deny' | 'nothing';
}

function document(...statements: readonly object[]): PolicyDocument {
  return parsePolicyDocument(JSON.stringify({ Statement: statements }));
}

/** `allow`, or the end of the refusal. */
function answer(requester: Requester, { principal, more, identity, boundary }: Given): string {
  const statement = { Effect: 'Allow', Principal: principal, Action: ACTION, Resource: FUNCTION, ...more };
  const everything = (Effect: string): PolicyDocument => document({ Effect, Action: '*', Resource: '*' });
  const decision = decideAccess(
    requester,
    {
      action: ACTION,
      resource: FUNCTION,
      owner: OWNER,
      resourcePolicy: () => (principal === undefined && more === undefined ? undefined : document(statement)),
    },
    () => ({
      identity: identity === undefined ? [] : [everything(identity)],
      boundary: boundary === undefined ? undefined : boundary === 'nothing' ? document() : everything(boundary),
    }),
  );
  return decision.allowed ? 'allow' : decision.reason;
}

const NO_RESOURCE = `because no resource-based policy allows the ${ACTION} action`;
const NO_IDENTITY = `because no identity-based policy allows the ${ACTION} action`;
const NO_BOUNDARY = `because no permissions boundary allows the ${ACTION} action`;

suite('decideAccess within an account', () => {
  test('root may do everything that the resource does not deny', () => {
    assert.equal(answer(root(OWNER), {}), 'allow');
    assert.equal(answer(root(OWNER), { principal: '*', more: { Effect: 'Deny' } }), 'with an explicit deny in a resource-based policy');
  });

  test('identity-based or resource-based policy, either is enough', () => {
    assert.equal(answer(user(OWNER), {}), NO_IDENTITY);
    assert.equal(answer(user(OWNER), { identity: 'Allow' }), 'allow');
    for (const principal of ['*', { AWS: `arn:aws:iam::${OWNER}:user/ann` }]) assert.equal(answer(user(OWNER), { principal }), 'allow');
    for (const principal of [{ AWS: `arn:aws:iam::${OWNER}:role/r` }, { AWS: `arn:aws:sts::${OWNER}:assumed-role/r/s` }]) {
      assert.equal(answer(session(OWNER), { principal }), 'allow');
      assert.equal(answer(user(OWNER), { principal }), NO_IDENTITY);
    }
  });

  test('naming the account leaves it to the account', () => {
    for (const id of [OWNER, `arn:aws:iam::${OWNER}:root`]) {
      assert.equal(answer(user(OWNER), { principal: { AWS: id } }), NO_IDENTITY);
      assert.equal(answer(user(OWNER), { principal: { AWS: id }, identity: 'Allow' }), 'allow');
    }
  });

  test('an explicit deny wins wherever it is', () => {
    assert.equal(answer(user(OWNER), { principal: '*', identity: 'Deny' }), 'with an explicit deny in an identity-based policy');
    assert.equal(answer(user(OWNER), { principal: '*', boundary: 'Deny' }), 'with an explicit deny in a permissions boundary');
    const deny = { principal: { AWS: OWNER }, more: { Effect: 'Deny' }, identity: 'Allow' } as const;
    assert.equal(answer(user(OWNER), deny), 'with an explicit deny in a resource-based policy');
    assert.equal(answer(user(OWNER), { ...deny, principal: { AWS: OTHER } }), 'allow');
    assert.equal(
      answer(user(OWNER), { more: { Effect: 'Deny', NotPrincipal: { AWS: OWNER } }, identity: 'Allow' }),
      'with an explicit deny in a resource-based policy',
    );
  });

  test('a boundary bounds what is granted to a role, not what is granted to a user or a session', () => {
    const boundary = 'nothing';
    assert.equal(answer(user(OWNER), { principal: { AWS: `arn:aws:iam::${OWNER}:user/ann` }, boundary }), 'allow');
    assert.equal(answer(session(OWNER), { principal: { AWS: `arn:aws:sts::${OWNER}:assumed-role/r/s` }, boundary }), 'allow');
    assert.equal(answer(session(OWNER), { principal: { AWS: `arn:aws:iam::${OWNER}:role/r` }, boundary, identity: 'Allow' }), NO_BOUNDARY);
  });
});

suite('decideAccess across accounts', () => {
  test('both sides must allow', () => {
    for (const requester of [user(OTHER), session(OTHER)]) {
      assert.equal(answer(requester, { identity: 'Allow' }), NO_RESOURCE);
      assert.equal(answer(requester, { principal: { AWS: OTHER } }), NO_IDENTITY);
      assert.equal(answer(requester, { principal: { AWS: `arn:aws:iam::${OTHER}:root` }, identity: 'Allow' }), 'allow');
      assert.equal(
        answer(requester, { principal: { AWS: requester.kind === 'anonymous' ? '' : requester.arn }, identity: 'Allow' }),
        'allow',
      );
      assert.equal(answer(requester, { principal: '*', identity: 'Allow' }), 'allow');
    }
    assert.equal(answer(root(OTHER), { principal: { AWS: OTHER } }), 'allow');
    assert.equal(answer(root(OTHER), {}), NO_RESOURCE);
    assert.equal(answer(root(OTHER), { principal: { AWS: OWNER } }), NO_RESOURCE);
  });

  test('another action or resource is another permission', () => {
    for (const more of [{ Action: 'lambda:GetFunction' }, { Resource: `${FUNCTION}:1` }]) {
      assert.equal(answer(root(OTHER), { principal: { AWS: OTHER }, more }), NO_RESOURCE);
    }
  });
});

suite('decideAccess for services and the public', () => {
  test('a service needs a statement that names it, under its conditions', () => {
    const principal = { Service: 's3.amazonaws.com' };
    assert.equal(answer(bucket(OWNER), {}), NO_RESOURCE);
    assert.equal(answer(bucket(OWNER), { principal: { Service: 'sns.amazonaws.com' } }), NO_RESOURCE);
    assert.equal(answer(bucket(OWNER), { principal }), 'allow');
    const conditions = {
      ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::pict*' },
      StringEquals: { 'AWS:SourceAccount': OWNER },
    };
    assert.equal(answer(bucket(OWNER), { principal, more: { Condition: conditions } }), 'allow');
    assert.equal(answer(bucket(OTHER), { principal, more: { Condition: conditions } }), NO_RESOURCE);
    assert.equal(answer(bucket(OWNER), { principal: '*', more: { Condition: conditions } }), 'allow');
    assert.equal(answer(user(OTHER), { principal: '*', more: { Condition: conditions }, identity: 'Allow' }), NO_RESOURCE);
  });

  test('the public is the lone star alone', () => {
    assert.equal(answer(ANONYMOUS, {}), NO_RESOURCE);
    assert.equal(answer(ANONYMOUS, { principal: { AWS: OWNER } }), NO_RESOURCE);
    assert.equal(answer(ANONYMOUS, { principal: '*' }), 'allow');
    assert.equal(
      answer(ANONYMOUS, { principal: '*', more: { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } } }),
      NO_RESOURCE,
    );
    assert.equal(answer(ANONYMOUS, { principal: '*', more: { Effect: 'Deny' } }), 'with an explicit deny in a resource-based policy');
  });
});
