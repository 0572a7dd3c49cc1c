import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssumeRoleResponse, GetAccessKeyInfoResponse, GetCallerIdentityResponse, GetSessionTokenResponse } from '@aws-sdk/client-sts';
import { systemIds } from '#base/ids.ts';
import type { Caller, RoleSessionCaller } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import { parsePolicyDocument } from '#aws/policy/policy-document.ts';
import type { RequestContext } from '#aws/service.ts';
import { parseAccountId } from '#aws/sigv4/access-key-id.ts';
import { RoleSessions } from './role-sessions.ts';
import type { AssumableRole } from './role-sessions.ts';
import { SessionTokens } from './session-token.ts';
import { stsService } from './sts-service.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const clock = { wallMs: () => NOW_MS + 250, monotonicMs: () => 0, schedule: () => ({ cancel() {} }) };
const tokens = new SessionTokens(Buffer.alloc(32, 7), systemIds);
const accountId = parseAccountId('000000000000') ?? assert.fail();
const otherAccount = parseAccountId('111111111111') ?? assert.fail();
const ROLE_ARN = 'arn:aws:iam::000000000000:role/app/r';

const ROOT: Caller = { kind: 'root', accountId, arn: 'arn:aws:iam::000000000000:root', userId: accountId, accessKeyId: 'test' };
const USER: Caller = {
  kind: 'user',
  accountId,
  arn: 'arn:aws:iam::000000000000:user/ann',
  userId: 'AIDA1',
  accessKeyId: 'AKIA1',
  userName: 'ann',
};
const STRANGER: Caller = { ...USER, accountId: otherAccount, arn: 'arn:aws:iam::111111111111:user/bob', userName: 'bob', userId: 'AIDA2' };
const SESSION: RoleSessionCaller = {
  kind: 'role-session',
  accountId,
  arn: 'arn:aws:sts::000000000000:assumed-role/first/s',
  userId: 'AROA9:s',
  accessKeyId: 'ASIA1',
  roleArn: 'arn:aws:iam::000000000000:role/first',
  sessionName: 's',
};

interface World {
  /** The principal that the role trusts, or a whole statement list. */
  readonly trust: unknown;
  /** Statements of the caller's own policy. */
  readonly own?: readonly object[];
  readonly maxSessionSeconds?: number;
}

const ALLOW_ASSUME = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE_ARN };

function startSts({
  trust,
  own = [],
  maxSessionSeconds = 3600,
}: World): (operation: string, input: object, caller: Caller) => Promise<never> {
  const statements = Array.isArray(trust) ? (trust as unknown[]) : [{ Effect: 'Allow', Principal: trust, Action: 'sts:AssumeRole' }];
  const role: AssumableRole = {
    arn: ROLE_ARN,
    id: 'AROA1',
    trustPolicy: parsePolicyDocument(JSON.stringify({ Statement: statements })),
    maxSessionSeconds,
  };
  const roles = { findRole: (arn: string) => (arn === ROLE_ARN ? role : undefined) };
  const identity = [parsePolicyDocument(JSON.stringify({ Statement: own }))];
  const sessions = new RoleSessions({ roles, tokens, clock });
  const service = stsService({ roles, policies: { policiesOf: () => ({ identity, boundary: undefined }) }, sessions, tokens, clock });
  return async (operation, input, caller) => {
    const handler = service.operations[operation] ?? assert.fail();
    return (await handler(input as never, contextOf(caller))) as never;
  };
}

function contextOf(caller: Caller): RequestContext {
  return {
    caller,
    region: 'us-east-1',
    requestId: 'r',
    endpoint: 'http://localhost:4566',
    traceHeader: undefined,
    signal: new AbortController().signal,
  };
}

async function assume(world: World, caller: Caller, more: object = {}): Promise<string> {
  try {
    await startSts(world)('AssumeRole', { RoleArn: ROLE_ARN, RoleSessionName: 'me', ...more }, caller);
    return 'assumed';
  } catch (error) {
    assert.ok(error instanceof AwsError);
    return `${error.code} ${error.status} ${error.message}`;
  }
}

function denied(caller: Caller, action = 'sts:AssumeRole', arn = ROLE_ARN): string {
  return `AccessDenied 403 User: ${caller.arn} is not authorized to perform: ${action} on resource: ${arn}`;
}

test('GetCallerIdentity says who calls', async () => {
  const got: GetCallerIdentityResponse = await startSts({ trust: '*' })('GetCallerIdentity', {}, SESSION);
  assert.deepEqual(got, { UserId: 'AROA9:s', Account: '000000000000', Arn: 'arn:aws:sts::000000000000:assumed-role/first/s' });
});

test('AssumeRole answers credentials that open as the session', async () => {
  const sts = startSts({ trust: { AWS: '000000000000' }, maxSessionSeconds: 7200 });
  const input = { RoleArn: ROLE_ARN, RoleSessionName: 'me', DurationSeconds: 7200, SourceIdentity: 'ann' };
  const { Credentials, AssumedRoleUser, SourceIdentity }: AssumeRoleResponse = await sts('AssumeRole', input, ROOT);
  assert.deepEqual(AssumedRoleUser, { AssumedRoleId: 'AROA1:me', Arn: 'arn:aws:sts::000000000000:assumed-role/r/me' });
  assert.equal(SourceIdentity, 'ann');
  assert.deepEqual(Credentials?.Expiration, new Date(NOW_MS + 7_200_000));
  const opened = tokens.open(Credentials?.SessionToken ?? '');
  assert.deepEqual(opened, {
    caller: {
      kind: 'role-session',
      accountId,
      arn: 'arn:aws:sts::000000000000:assumed-role/r/me',
      userId: 'AROA1:me',
      accessKeyId: Credentials?.AccessKeyId,
      roleArn: ROLE_ARN,
      sessionName: 'me',
    },
    expiresAtMs: NOW_MS + 7_200_000,
    secretAccessKey: Credentials?.SecretAccessKey,
  });
});

test('AssumeRole weighs the trust policy and the caller’s own policies', async () => {
  const named = { AWS: USER.arn };
  const account = { AWS: 'arn:aws:iam::000000000000:root' };
  const cases: readonly (readonly [string, World, Caller, boolean])[] = [
    ['root of a trusted account', { trust: account }, ROOT, true],
    ['root of an account that is not trusted', { trust: { Service: 'lambda.amazonaws.com' } }, ROOT, false],
    ['a user who is named', { trust: named }, USER, true],
    ['another user', { trust: { AWS: 'arn:aws:iam::000000000000:user/eve' } }, USER, false],
    ['a trusted account, no policy of one’s own', { trust: account }, USER, false],
    ['a trusted account and a policy of one’s own', { trust: account, own: [ALLOW_ASSUME] }, USER, true],
    ['a policy of one’s own, but no trust', { trust: { Service: 'lambda.amazonaws.com' }, own: [ALLOW_ASSUME] }, USER, false],
    ['a named user whose own policy denies', { trust: named, own: [{ ...ALLOW_ASSUME, Effect: 'Deny' }] }, USER, false],
    ['a session of a trusted role', { trust: { AWS: SESSION.roleArn } }, SESSION, true],
    ['a trusted session', { trust: { AWS: SESSION.arn } }, SESSION, true],
    ['across accounts, named, with a policy of one’s own', { trust: { AWS: STRANGER.arn }, own: [ALLOW_ASSUME] }, STRANGER, true],
    ['across accounts, named, without', { trust: { AWS: STRANGER.arn } }, STRANGER, false],
    [
      'a trust policy that denies',
      {
        trust: [
          { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' },
          { Effect: 'Deny', Principal: named, Action: 'sts:*' },
        ],
      },
      USER,
      false,
    ],
  ];
  for (const [name, world, caller, expected] of cases) {
    assert.deepEqual([name, await assume(world, caller)], [name, expected ? 'assumed' : denied(caller)]);
  }
});

test('AssumeRole of a role that does not exist is a refusal like any other', async () => {
  const arn = 'arn:aws:iam::000000000000:role/ghost';
  assert.equal(await assume({ trust: '*' }, ROOT, { RoleArn: arn }), denied(ROOT, 'sts:AssumeRole', arn));
  assert.equal(
    await assume({ trust: '*' }, ROOT, { RoleArn: 'nonsense-that-is-long-enough' }),
    'ValidationError 400 nonsense-that-is-long-enough is invalid',
  );
});

test('AssumeRole with tags needs trust for sts:TagSession', async () => {
  const more = { Tags: [{ Key: 'a', Value: 'b' }] };
  assert.equal(await assume({ trust: { AWS: '000000000000' } }, ROOT, more), denied(ROOT, 'sts:TagSession'));
  const both = [{ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: ['sts:AssumeRole', 'sts:TagSession'] }];
  assert.equal(await assume({ trust: both }, ROOT, more), 'assumed');
});

test('AssumeRole bounds the duration, and refuses what would narrow the session', async () => {
  const world: World = { trust: { AWS: '000000000000' }, own: [ALLOW_ASSUME], maxSessionSeconds: 7200 };
  assert.equal(
    await assume(world, ROOT, { DurationSeconds: 7201 }),
    'ValidationError 400 The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  );
  assert.match(
    await assume(world, SESSION, { DurationSeconds: 3601 }),
    /^ValidationError 400 .* 1 hour session limit for roles assumed by role chaining/,
  );
  assert.match(await assume(world, ROOT, { Policy: '{}' }), /^ValidationError 400 .*session policies/);
  assert.match(await assume(world, ROOT, { PolicyArns: [{ arn: 'x' }] }), /^ValidationError 400 .*session policies/);
  assert.match(await assume(world, ROOT, { SerialNumber: 'x', TokenCode: '123456' }), /^AccessDenied 403 MultiFactorAuthentication failed/);
});

test('GetSessionToken gives users and root sessions of themselves, an hour at most for root', async () => {
  const sts = startSts({ trust: '*' });
  const user: GetSessionTokenResponse = await sts('GetSessionToken', {}, USER);
  const opened = tokens.open(user.Credentials?.SessionToken ?? '');
  assert.deepEqual(opened?.caller, { ...USER, accessKeyId: user.Credentials?.AccessKeyId });
  assert.equal(opened?.expiresAtMs, NOW_MS + 43_200_000);
  const root: GetSessionTokenResponse = await sts('GetSessionToken', { DurationSeconds: 7200 }, ROOT);
  assert.deepEqual(root.Credentials?.Expiration, new Date(NOW_MS + 3_600_000));
  for (const caller of [SESSION, { ...USER, accessKeyId: 'ASIA2' }]) {
    await assert.rejects(sts('GetSessionToken', {}, caller), {
      code: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  }
});

test('GetAccessKeyInfo reads the account from the id', async () => {
  const sts = startSts({ trust: '*' });
  const issued: GetSessionTokenResponse = await sts('GetSessionToken', {}, STRANGER);
  const got: GetAccessKeyInfoResponse = await sts('GetAccessKeyInfo', { AccessKeyId: issued.Credentials?.AccessKeyId }, ROOT);
  assert.equal(got.Account, '111111111111');
  await assert.rejects(sts('GetAccessKeyInfo', { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, ROOT), { code: 'ValidationError' });
});

test('AssumeRoleWithWebIdentity is refused', async () => {
  await assert.rejects(startSts({ trust: '*' })('AssumeRoleWithWebIdentity', {}, ROOT), { code: 'InvalidIdentityToken', status: 400 });
});
