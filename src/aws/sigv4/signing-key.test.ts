import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HmacKey } from './hmac-key.ts';
import { SigningKeys, deriveSigningKey } from './signing-key.ts';

const SCOPE = { date: '20150830', region: 'us-east-1', service: 'iam' };

test('deriveSigningKey derives the key of the documentation', () => {
  const key = deriveSigningKey('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', SCOPE);
  assert.equal(key.toString('hex'), 'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9');
});

const asItIs = (key: HmacKey): HmacKey => key;

test('SigningKeys keeps keys apart by secret and scope, and keeps no more than its capacity', () => {
  const keys = new SigningKeys(2);
  const first = keys.use('a', SCOPE, asItIs);
  assert.equal(keys.use('a', SCOPE, asItIs), first);
  for (const other of [keys.use('b', SCOPE, asItIs), keys.use('a', { ...SCOPE, region: 'eu-west-1' }, asItIs)]) {
    assert.notEqual(other.sign('x'), first.sign('x'));
  }
  const again = keys.use('a', SCOPE, asItIs);
  assert.notEqual(again, first);
  assert.equal(again.sign('x'), first.sign('x'));
});

test('SigningKeys forgets the key that was used longest ago, not the oldest', () => {
  const keys = new SigningKeys(2);
  const first = keys.use('a', SCOPE, asItIs);
  keys.use('b', SCOPE, asItIs);
  keys.use('a', SCOPE, asItIs);
  keys.use('c', SCOPE, asItIs);
  assert.equal(keys.use('a', SCOPE, asItIs), first);
});

test('SigningKeys remembers no key whose signature was refused', () => {
  const keys = new SigningKeys(1);
  const proven = keys.use('a', SCOPE, asItIs);
  for (const region of ['eu-west-1', 'eu-west-2']) {
    assert.throws(() =>
      keys.use('a', { ...SCOPE, region }, () => {
        throw new Error('refused');
      }),
    );
  }
  assert.equal(keys.use('a', SCOPE, asItIs), proven);
});
