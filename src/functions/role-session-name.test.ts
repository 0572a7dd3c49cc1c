import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { roleSessionName } from './role-session-name.ts';

suite('roleSessionName', () => {
  test('is the name of the function', () => {
    assert.equal(roleSessionName('ab'), 'ab');
  });

  test('is longer for a name of one character', () => {
    assert.equal(roleSessionName('a'), 'a@lambda_function');
  });
});
