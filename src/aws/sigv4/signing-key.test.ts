import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SigningKeys, deriveSigningKey, hmacHex } from './signing-key.ts';

const SCOPE = { date: '20150830', region: 'us-east-1', service: 'iam' };

test('deriveSigningKey derives the key of the documentation', () => {
  const key = deriveSigningKey('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', SCOPE);
  assert.equal(key.toString('hex'), 'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9');
});

test('SigningKeys keeps keys apart by secret and scope, and keeps no more than its capacity', () => {
  const keys = new SigningKeys(2);
  const first = keys.get('a', SCOPE);
  assert.equal(keys.get('a', SCOPE), first);
  for (const other of [keys.get('b', SCOPE), keys.get('a', { ...SCOPE, region: 'eu-west-1' })]) {
    assert.notEqual(hmacHex(other, 'x'), hmacHex(first, 'x'));
  }
  const again = keys.get('a', SCOPE);
  assert.notEqual(again, first);
  assert.equal(hmacHex(again, 'x'), hmacHex(first, 'x'));
});
