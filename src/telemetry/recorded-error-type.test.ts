import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedErrorType } from './recorded-error-type.ts';

test('recordedErrorType keeps what is Category.Reason; the rest is unknown', () => {
  for (const known of ['Runtime.ExitError', 'Function.ResponseSizeTooLarge']) assert.equal(recordedErrorType(known), known);
  for (const other of ['Error', 'ValueError', 'Runtime.', 'Runtime.no', ''])
    assert.equal(recordedErrorType(other), 'Runtime.Unknown', other);
  assert.equal(recordedErrorType('Function.of mine'), 'Function.Unknown');
});
