import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { parseAccountId } from '#aws/sigv4/access-key-id.ts';
import { SessionTokens } from './session-token.ts';
import type { SessionCredentials } from './session-token.ts';

const accountId = parseAccountId('111122223333') ?? assert.fail();
const ROLE = {
  kind: 'role-session',
  accountId,
  arn: 'arn:aws:sts::111122223333:assumed-role/r/f',
  userId: 'AROA1:f',
  roleArn: 'arn:aws:iam::111122223333:role/r',
  sessionName: 'f',
} as const;
const EXPIRES_AT_MS = Date.UTC(2026, 10, 20, 12);
const KEY = Buffer.alloc(32, 1);

function tokens(key = KEY): SessionTokens {
  return new SessionTokens(key, systemIds);
}

function seal(by = tokens()): SessionCredentials {
  return by.seal({ caller: ROLE, expiresAtMs: EXPIRES_AT_MS });
}

suite('SessionTokens.seal', () => {
  test('gives each session a key id and a secret of its own', () => {
    const all = tokens();
    const issued = Array.from({ length: 50 }, () => seal(all));
    assert.equal(new Set(issued.map((each) => each.accessKeyId)).size, 50);
    assert.equal(new Set(issued.map((each) => each.secretAccessKey)).size, 50);
    assert.equal(new Set(issued.map((each) => each.sessionToken)).size, 50);
  });

  test('shows nothing of the secret or the caller in the token', () => {
    const { sessionToken, secretAccessKey } = seal();
    const sealed = Buffer.from(sessionToken, 'base64').toString('latin1');
    for (const text of [secretAccessKey, ROLE.roleArn, accountId]) assert.equal(sealed.includes(text), false);
  });
});

suite('SessionTokens.open', () => {
  test('tells who it is, with which secret and how long, after a restart too', () => {
    const { accessKeyId, secretAccessKey, sessionToken } = seal();
    const expected = { caller: { ...ROLE, accessKeyId }, expiresAtMs: EXPIRES_AT_MS, secretAccessKey };
    assert.deepEqual(tokens().open(sessionToken), expected);
  });

  test('opens an expired one: that it has expired is for the authenticator to say', () => {
    const { sessionToken } = tokens().seal({ caller: ROLE, expiresAtMs: 0 });
    assert.equal(tokens().open(sessionToken)?.expiresAtMs, 0);
  });

  test('opens nothing that another key has sealed', () => {
    assert.equal(tokens(Buffer.alloc(32, 2)).open(seal().sessionToken), undefined);
  });

  test('opens nothing that was changed in a single bit', () => {
    const sealed = Buffer.from(seal().sessionToken, 'base64');
    for (const index of sealed.keys()) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      assert.equal(tokens().open(changed.toString('base64')), undefined, `byte ${index}`);
    }
  });

  test('opens nothing that was cut off or lengthened', () => {
    const sealed = Buffer.from(seal().sessionToken, 'base64');
    for (const length of [0, 1, 12, 13, 28, 29, 30, sealed.length - 16, sealed.length - 1])
      assert.equal(tokens().open(sealed.subarray(0, length).toString('base64')), undefined, `${length} bytes`);
    assert.equal(tokens().open(Buffer.concat([sealed, Buffer.of(0)]).toString('base64')), undefined);
    for (const text of ['', 'x', 'AQ==', 'A'.repeat(5000)]) assert.equal(tokens().open(text), undefined);
  });

  test('opens a token in the one form in which it was issued', () => {
    const { sessionToken } = seal();
    for (const text of [`${sessionToken}!`, ` ${sessionToken}`, sessionToken.replace(/.{4}/, '$&-\n'), `${sessionToken}AAAA`])
      assert.equal(tokens().open(text), undefined, text);
  });

  test('keeps open what is in use, rather than what came last', () => {
    const all = tokens();
    const { sessionToken } = seal(all);
    const opened = all.open(sessionToken);
    for (let round = 0; round < 2; round += 1) {
      for (let other = 0; other < 1100; other += 1) all.open(seal(all).sessionToken);
      assert.equal(all.open(sessionToken), opened);
    }
  });
});
