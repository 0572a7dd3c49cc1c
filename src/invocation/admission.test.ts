import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import { Admission } from './admission.ts';

test('Admission.admit throttles at the limit of the account and region, with the recorded reason', () => {
  const admission = new Admission({ accountLimit: 1 });
  const lease = admission.admit('000000000000', 'us-east-1');
  assert.throws(
    () => admission.admit('000000000000', 'us-east-1'),
    (error) =>
      error instanceof AwsError &&
      error.code === 'TooManyRequestsException' &&
      error.status === 429 &&
      error.message === 'Rate Exceeded.' &&
      error.members['Reason'] === 'ConcurrentInvocationLimitExceeded',
  );
  admission.admit('000000000000', 'eu-west-1').release();
  admission.admit('111111111111', 'us-east-1').release();
  lease.release();
  admission.admit('000000000000', 'us-east-1').release();
});
