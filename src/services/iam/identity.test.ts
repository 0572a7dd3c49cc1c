import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#aws/caller.ts';
import { decide } from '#aws/policy/decide.ts';
import { parseAccountId } from '#aws/sigv4/access-key-id.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { IamDirectory } from './iam-directory.ts';
import type { PolicyRecord, RoleRecord, UserRecord } from './iam-record.ts';
import { Identity } from './identity.ts';

const accountId = parseAccountId('000000000000') ?? assert.fail();

function document(Action: string, Effect = 'Allow'): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*' }] });
}

const HOLDER = { accountId, path: '/app/', createdAtMs: 0, tags: [], inlinePolicies: [], attachedPolicyArns: [] };
const POLICY: PolicyRecord = {
  kind: 'policy',
  accountId,
  name: 'p',
  path: '/',
  id: 'ANPA1',
  createdAtMs: 0,
  updatedAtMs: 0,
  tags: [],
  versions: [
    { id: 'v2', document: document('s3:*'), createdAtMs: 0 },
    { id: 'v1', document: document('sqs:*'), createdAtMs: 0 },
  ],
  defaultVersionId: 'v1',
  versionCounter: 2,
};
const POLICY_ARN = 'arn:aws:iam::000000000000:policy/p';
const TRUST = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const ROLE: RoleRecord = { ...HOLDER, kind: 'role', name: 'r', id: 'AROA1', trustPolicy: TRUST, maxSessionSeconds: 3600 };
const USER: UserRecord = {
  ...HOLDER,
  kind: 'user',
  name: 'ann',
  id: 'AIDA1',
  accessKeys: [{ id: 'AKIA1', secret: 's', active: false, createdAtMs: 0 }],
};

const SESSION: Caller = {
  kind: 'role-session',
  accountId,
  arn: 'arn:aws:sts::000000000000:assumed-role/r/f',
  userId: 'AROA1:f',
  accessKeyId: 'ASIA1',
  roleArn: 'arn:aws:iam::000000000000:role/app/r',
  sessionName: 'f',
};

async function open(
  ...records: readonly (PolicyRecord | RoleRecord | UserRecord)[]
): Promise<{ readonly directory: IamDirectory; readonly allows: (caller: Caller, action: string) => boolean }> {
  const directory = await IamDirectory.open(new MemoryDocumentStore());
  for (const record of records) await directory.create(record);
  const identity = new Identity(directory);
  return { directory, allows: (caller, action) => decide(identity.policiesOf(caller), { action, resource: '*' }).allowed };
}

test('Identity finds a user by access key, with the whole caller', async () => {
  const { directory } = await open(USER);
  assert.deepEqual(new Identity(directory).findAccessKey('AKIA1'), {
    secretAccessKey: 's',
    active: false,
    caller: {
      kind: 'user',
      accountId,
      arn: 'arn:aws:iam::000000000000:user/app/ann',
      userId: 'AIDA1',
      accessKeyId: 'AKIA1',
      userName: 'ann',
    },
  });
  assert.equal(new Identity(directory).findAccessKey('AKIA2'), undefined);
});

test('Identity forgets an access key that was deleted, alone or with its user', async () => {
  const { directory } = await open(USER);
  const identity = new Identity(directory);
  const address = { kind: 'user', accountId, name: 'ann' } as const;
  await directory.change(address, (user) => ({ ...user, accessKeys: [{ id: 'AKIA2', secret: 't', active: true, createdAtMs: 0 }] }));
  assert.equal(identity.findAccessKey('AKIA1'), undefined);
  assert.equal(identity.findAccessKey('AKIA2')?.secretAccessKey, 't');
  await directory.remove(address, () => undefined);
  assert.equal(identity.findAccessKey('AKIA2'), undefined);
});

test('Identity finds a role by its whole ARN only', async () => {
  const { directory } = await open(ROLE);
  const identity = new Identity(directory);
  assert.equal(identity.findRole('arn:aws:iam::000000000000:role/app/r')?.id, 'AROA1');
  for (const arn of [
    'arn:aws:iam::000000000000:role/r',
    'arn:aws:iam::111111111111:role/app/r',
    'arn:aws:iam::000000000000:user/app/r',
    'r',
  ]) {
    assert.equal(identity.findRole(arn), undefined, arn);
  }
});

test('Identity judges by inline policies, and by the default version of attached ones', async () => {
  const { directory, allows } = await open(POLICY, {
    ...ROLE,
    inlinePolicies: [{ name: 'i', document: document('sns:*') }],
    attachedPolicyArns: [POLICY_ARN, 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
  });
  const allowed = (): readonly string[] =>
    ['sns:Publish', 'sqs:SendMessage', 's3:GetObject', 'logs:PutLogEvents'].filter((action) => allows(SESSION, action));
  assert.deepEqual(allowed(), ['sns:Publish', 'sqs:SendMessage', 'logs:PutLogEvents']);
  await directory.change({ kind: 'policy', accountId, name: 'p' }, (policy) => ({ ...policy, defaultVersionId: 'v2' }));
  assert.deepEqual(allowed(), ['sns:Publish', 's3:GetObject', 'logs:PutLogEvents']);
});

test('Identity bounds by the boundary, and grants nothing when it is missing', async () => {
  const inlinePolicies = [{ name: 'i', document: document('*') }];
  const bounded = await open(POLICY, { ...ROLE, inlinePolicies, boundaryArn: POLICY_ARN });
  assert.deepEqual([bounded.allows(SESSION, 'sqs:SendMessage'), bounded.allows(SESSION, 's3:GetObject')], [true, false]);
  const dangling = await open({ ...ROLE, inlinePolicies, boundaryArn: POLICY_ARN });
  assert.equal(dangling.allows(SESSION, 'sqs:SendMessage'), false);
});

test('Identity grants nothing to sessions of a role, or keys of a user, that was made anew', async () => {
  const inlinePolicies = [{ name: 'i', document: document('*') }];
  const user: Caller = { kind: 'user', accountId, arn: 'a', userId: 'AIDA1', accessKeyId: 'AKIA1', userName: 'ann' };
  const same = await open({ ...ROLE, inlinePolicies }, { ...USER, inlinePolicies });
  assert.deepEqual([same.allows(SESSION, 'a:b'), same.allows(user, 'a:b')], [true, true]);
  const anew = await open({ ...ROLE, inlinePolicies, id: 'AROA2' }, { ...USER, inlinePolicies, id: 'AIDA2' });
  assert.deepEqual([anew.allows(SESSION, 'a:b'), anew.allows(user, 'a:b')], [false, false]);
});
