import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemIds } from '#base/ids.ts';
import { accountOfAccessKeyId, newAccessKeyId, parseAccountId } from './access-key-id.ts';

test('accountOfAccessKeyId reads the account that newAccessKeyId has put in', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{12}$/), fc.constantFrom('AKIA', 'ASIA'), (text, prefix) => {
      const account = parseAccountId(text);
      assert.ok(account !== undefined);
      const id = newAccessKeyId(prefix, account, systemIds);
      assert.match(id, /^A[KS]IA[A-Z2-7]{16}$/);
      assert.equal(accountOfAccessKeyId(id), text);
    }),
  );
});

test('accountOfAccessKeyId reads AWS’s own ids', () => {
  assert.equal(accountOfAccessKeyId('ASIAQNZGKIQY56JQ7WML'), '029608264753');
  assert.equal(accountOfAccessKeyId('AKIAIOSFODNN7EXAMPLE'), undefined);
  assert.equal(accountOfAccessKeyId('111122223333'), '111122223333');
  assert.equal(accountOfAccessKeyId('test'), undefined);
});

test('parseAccountId takes twelve digits', () => {
  assert.equal(parseAccountId('000000000000'), '000000000000');
  assert.equal(parseAccountId('00000000000'), undefined);
  assert.equal(parseAccountId('aws'), undefined);
});
