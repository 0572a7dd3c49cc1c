import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { parseAccountId } from '#aws/sigv4/access-key-id.ts';
import type { RequestToSign, SigningOptions, TestCredentials } from '#aws/sigv4/test-signer.ts';
import { signRequest } from '#aws/sigv4/test-signer.ts';
import type { Caller } from '#aws/caller.ts';
import type { WireRequest } from '#aws/wire/message.ts';
import { Authenticator } from './authenticate.ts';
import type { AuthenticatorOptions, OpenedSession, RequestOrigin, UserAccessKey } from './authenticate.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const accountId = parseAccountId('111122223333') ?? assert.fail();
const OUTER: RequestOrigin = { kind: 'outer' };
const INSIDE: RequestOrigin = { kind: 'environment', environmentId: 'e1' };

const user: UserAccessKey = {
  secretAccessKey: 'user-secret',
  active: true,
  caller: { kind: 'user', accountId, arn: 'arn:aws:iam::111122223333:user/ann', userId: 'AIDA1', accessKeyId: 'AKIAUSER', userName: 'ann' },
};
const roleCaller: Caller = {
  kind: 'role-session',
  accountId,
  arn: 'arn:aws:sts::111122223333:assumed-role/r/f',
  userId: 'AROA1:f',
  accessKeyId: 'ASIAROLE',
  roleArn: 'arn:aws:iam::111122223333:role/r',
  sessionName: 'f',
};
const sessions: Readonly<Record<string, OpenedSession>> = {
  'role-token': { secretAccessKey: 'role-secret', expiresAtMs: NOW_MS + 1000, caller: roleCaller },
  'expired-token': { secretAccessKey: 'role-secret', expiresAtMs: NOW_MS, caller: roleCaller },
  'user-token': { secretAccessKey: 'session-secret', expiresAtMs: NOW_MS + 1000, caller: { ...user.caller, accessKeyId: 'ASIAUSER' } },
};

function authenticator(options: Partial<AuthenticatorOptions> = {}): Authenticator {
  return new Authenticator(
    { rootAccessKeyId: 'test', rootSecretAccessKey: 'test', acceptAccountKeys: true, acceptAnySecret: false, ...options },
    {
      clock: { wallMs: () => NOW_MS, monotonicMs: () => 0, schedule: () => ({ cancel() {} }) },
      accessKeys: { find: (id) => ({ AKIAUSER: user, AKIAOFF: { ...user, active: false } })[id] },
      sessions: { open: (token) => sessions[token] },
    },
  );
}

function sign(
  credentials: TestCredentials,
  options: Partial<SigningOptions> = {},
  request: RequestToSign = { body: '{}' },
): Promise<WireRequest> {
  return signRequest(request, credentials, { atMs: NOW_MS, ...options });
}

const TEST = { accessKeyId: 'test', secretAccessKey: 'test' };
const ACCOUNT = { accessKeyId: '111122223333', secretAccessKey: 'test' };
const USER = { accessKeyId: 'AKIAUSER', secretAccessKey: 'user-secret' };
const ROLE = { accessKeyId: 'ASIAROLE', secretAccessKey: 'role-secret', sessionToken: 'role-token' };
const UNKNOWN = { code: 'UnrecognizedClientException', status: 403, message: 'The security token included in the request is invalid.' };

test('Authenticator names root, 12-digit roots, users and role sessions', async () => {
  const cases: readonly (readonly [TestCredentials, string])[] = [
    [TEST, 'arn:aws:iam::000000000000:root'],
    [ACCOUNT, 'arn:aws:iam::111122223333:root'],
    [USER, 'arn:aws:iam::111122223333:user/ann'],
    [ROLE, 'arn:aws:sts::111122223333:assumed-role/r/f'],
    [{ accessKeyId: 'ASIAUSER', secretAccessKey: 'session-secret', sessionToken: 'user-token' }, 'arn:aws:iam::111122223333:user/ann'],
  ];
  for (const [credentials, arn] of cases) {
    const request = await sign(credentials, { region: 'eu-west-1' });
    const { caller, region, service } = authenticator().authenticate(request, OUTER, 'lambda');
    assert.deepEqual([caller.arn, caller.accessKeyId, region, service], [arn, credentials.accessKeyId, 'eu-west-1', 'lambda']);
  }
});

test('Authenticator refuses a wrong secret of every kind of key', async () => {
  for (const credentials of [TEST, ACCOUNT, USER, ROLE]) {
    const request = await sign({ ...credentials, secretAccessKey: 'wrong' });
    assert.throws(() => authenticator().authenticate(request, OUTER, 'lambda'), { code: 'InvalidSignatureException', status: 403 });
  }
});

test('Authenticator refuses keys that are unknown, inactive, or not for this daemon', async () => {
  const refused = async (credentials: TestCredentials, options: Partial<AuthenticatorOptions> = {}): Promise<void> => {
    const request = await sign(credentials);
    assert.throws(() => authenticator(options).authenticate(request, OUTER, 'lambda'), UNKNOWN, credentials.accessKeyId);
  };
  await refused({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'test' });
  await refused({ accessKeyId: 'AKIAOFF', secretAccessKey: 'user-secret' });
  await refused(ACCOUNT, { acceptAccountKeys: false });
  await refused(TEST, { rootAccessKeyId: 'AKIAROOT', rootSecretAccessKey: 'long' });
  await refused({ ...ROLE, sessionToken: 'forged' });
  await refused({ accessKeyId: 'ASIAROLE', secretAccessKey: 'role-secret' });
  await refused({ ...ROLE, accessKeyId: 'ASIAOTHER' });
  await refused({ ...TEST, sessionToken: 'forged' });
  await refused({ ...USER, sessionToken: 'forged' });
});

test('Authenticator takes the configured root key for root of account 000000000000', async () => {
  const request = await sign({ accessKeyId: 'AKIAROOT', secretAccessKey: 'long' });
  const { caller } = authenticator({ rootAccessKeyId: 'AKIAROOT', rootSecretAccessKey: 'long', acceptAccountKeys: false }).authenticate(
    request,
    OUTER,
    'lambda',
  );
  assert.equal(caller.arn, 'arn:aws:iam::000000000000:root');
});

test('Authenticator inside an execution environment accepts role sessions only', async () => {
  const inside = (request: WireRequest, options: Partial<AuthenticatorOptions> = {}): string =>
    authenticator(options).authenticate(request, INSIDE, 'lambda').caller.kind;
  assert.equal(inside(await sign(ROLE)), 'role-session');
  const userSession = { accessKeyId: 'ASIAUSER', secretAccessKey: 'session-secret', sessionToken: 'user-token' };
  for (const credentials of [TEST, ACCOUNT, USER, userSession]) {
    const request = await sign(credentials);
    assert.throws(() => inside(request), UNKNOWN, credentials.accessKeyId);
    assert.throws(() => inside(request, { acceptAnySecret: true }), UNKNOWN, credentials.accessKeyId);
  }
  const wrong = await sign({ ...ROLE, secretAccessKey: 'wrong' });
  assert.throws(() => inside(wrong, { acceptAnySecret: true }), { code: 'InvalidSignatureException' });
});

test('Authenticator refuses an access key id that only resembles the one of the session token', async () => {
  // As many characters as the right one, but not as many bytes.
  const request = await sign({ ...ROLE, accessKeyId: 'ASIAROL\u00e9' });
  assert.throws(() => authenticator().authenticate(request, OUTER, 'lambda'), UNKNOWN);
});

test('Authenticator.screen lets pass what may be signed rightly, without its body', async () => {
  for (const credentials of [TEST, ACCOUNT, USER, ROLE]) {
    const { body: _, ...head } = await sign(credentials, {}, { body: 'large' });
    authenticator().screen(head, OUTER, 'lambda');
  }
  const { body: _, ...head } = await sign(ROLE);
  authenticator().screen(head, INSIDE, 'lambda');
  const late = await sign({ ...TEST, secretAccessKey: 'x' }, { atMs: NOW_MS - 3_600_000 });
  authenticator({ acceptAnySecret: true }).screen(late, OUTER, 'lambda');
});

test('Authenticator.screen refuses by the head what authenticate would refuse', async () => {
  const url = `AWSAccessKeyId=test&Signature=x&Expires=${NOW_MS / 1000 - 1}`;
  const cases: readonly (readonly [
    Omit<WireRequest, 'body'>,
    RequestOrigin,
    string,
    { readonly code: string; readonly status: number },
  ])[] = [
    [{ method: 'POST', path: '/', query: '', headers: {} }, OUTER, 'lambda', { code: 'MissingAuthenticationTokenException', status: 403 }],
    [await sign({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }), OUTER, 'lambda', UNKNOWN],
    [await sign({ ...ROLE, sessionToken: 'expired-token' }), OUTER, 'lambda', { code: 'ExpiredTokenException', status: 403 }],
    [await sign(TEST), INSIDE, 'lambda', UNKNOWN],
    [await sign(TEST, { service: 'iam' }), OUTER, 'lambda', { code: 'InvalidSignatureException', status: 403 }],
    [await sign(TEST, { atMs: NOW_MS - 301_000 }), OUTER, 'lambda', { code: 'InvalidSignatureException', status: 403 }],
    [{ method: 'GET', path: '/b/k', query: url, headers: {} }, OUTER, 's3', { code: 'AccessDenied', status: 403 }],
  ];
  for (const [head, origin, service, { code, status }] of cases) {
    assert.throws(() => authenticator().screen(head, origin, service), { code, status });
  }
});

test('Authenticator that accepts any secret makes unknown keys root, and verifies what it knows', async () => {
  const any = (request: WireRequest): string => authenticator({ acceptAnySecret: true }).authenticate(request, OUTER, 'lambda').caller.arn;
  assert.equal(any(await sign({ accessKeyId: 'test', secretAccessKey: 'x' })), 'arn:aws:iam::000000000000:root');
  assert.equal(any(await sign({ accessKeyId: '111122223333', secretAccessKey: 'x' })), 'arn:aws:iam::111122223333:root');
  assert.equal(any(await sign({ accessKeyId: 'LKIA', secretAccessKey: 'x', sessionToken: 'x' })), 'arn:aws:iam::000000000000:root');
  assert.equal(any(await sign(USER)), 'arn:aws:iam::111122223333:user/ann');
  const wrong = await sign({ ...USER, secretAccessKey: 'x' });
  assert.throws(() => any(wrong), { code: 'InvalidSignatureException' });
  assert.throws(() => any({ method: 'GET', path: '/', query: '', headers: {}, body: Buffer.alloc(0) }), {
    code: 'MissingAuthenticationTokenException',
  });
});

test('Authenticator answers each failure as each protocol does', async () => {
  const failures = {
    unknown: await sign({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }, { service: 'any' }),
    expired: await sign({ ...ROLE, sessionToken: 'expired-token' }, { service: 'any' }),
  };
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, keyof typeof failures, string, number])[] = [
    ['lambda', {}, 'unknown', 'UnrecognizedClientException', 403],
    ['logs', {}, 'unknown', 'UnrecognizedClientException', 400],
    ['sqs', { 'x-amz-target': 'AmazonSQS.SendMessage' }, 'unknown', 'UnrecognizedClientException', 400],
    ['sqs', { 'content-type': 'application/x-www-form-urlencoded' }, 'unknown', 'InvalidClientTokenId', 403],
    ['iam', {}, 'unknown', 'InvalidClientTokenId', 403],
    ['s3', {}, 'unknown', 'InvalidAccessKeyId', 403],
    ['lambda', {}, 'expired', 'ExpiredTokenException', 403],
    ['logs', {}, 'expired', 'ExpiredTokenException', 400],
    ['sts', {}, 'expired', 'ExpiredToken', 403],
    ['s3', {}, 'expired', 'ExpiredToken', 400],
  ];
  for (const [service, headers, failure, code, status] of cases) {
    const request = { ...failures[failure], headers: { ...failures[failure].headers, ...headers } };
    const authenticate = () =>
      service === 's3' ? authenticator().authenticateHead(request, OUTER) : authenticator().authenticate(request, OUTER, service);
    assert.throws(authenticate, { code, status }, `${service} ${failure}`);
  }
});

test('Authenticator refuses a signature for another service', async () => {
  const request = await sign(TEST, { service: 'iam' });
  assert.throws(() => authenticator().authenticate(request, OUTER, 'lambda'), {
    code: 'InvalidSignatureException',
    message: "Credential should be scoped to correct service: 'lambda'. ",
  });
});

test('Authenticator takes the chunks of an S3 body apart', async () => {
  const body = '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n';
  const headers = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'content-encoding': 'aws-chunked' };
  const request = await sign(TEST, { service: 's3' }, { method: 'PUT', headers, body });
  for (const acceptAnySecret of [false, true]) {
    const { caller, openBody } = authenticator({ acceptAnySecret }).authenticateHead(request, OUTER);
    assert.equal(caller.arn, 'arn:aws:iam::000000000000:root');
    const decoded = openBody(Readable.from([request.body]));
    assert.equal(await text(decoded), 'hello');
    assert.deepEqual(decoded.trailers(), { 'x-amz-checksum-crc32': 'NhCmhg==' });
  }
});
