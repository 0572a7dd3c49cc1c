import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import type { RequestContext } from '#aws/service.ts';
import { requestContext } from '../../../test/support/lambda-control-plane.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { ApiRates } from './api-rates.ts';

/** How many of many calls in a row get through. */
function passed(rates: ApiRates, name: string, context: RequestContext = requestContext()): number {
  const operation = rates.limit(name, () => undefined);
  let count = 0;
  for (let call = 0; call < 200; call++) {
    try {
      void operation(undefined as never, context);
      count += 1;
    } catch (error) {
      assert.ok(error instanceof AwsError);
      assert.deepEqual([error.code, error.status, error.members?.['Reason']], ['TooManyRequestsException', 429, 'CallerRateLimitExceeded']);
    }
  }
  return count;
}

suite('ApiRates', () => {
  test('15 calls a second of all operations together, 100 of GetFunction, 15 of GetPolicy, invocations without end', () => {
    const rates = new ApiRates(new ManualClock());
    assert.deepEqual([passed(rates, 'ListFunctions'), passed(rates, 'CreateFunction')], [15, 0]);
    assert.deepEqual([passed(rates, 'GetFunction'), passed(rates, 'GetPolicy'), passed(rates, 'Invoke')], [100, 15, 200]);
  });

  test('what was used up comes back with time', () => {
    const clock = new ManualClock();
    const rates = new ApiRates(clock);
    passed(rates, 'ListFunctions');
    clock.advance(200);
    assert.equal(passed(rates, 'ListFunctions'), 3);
  });

  test('each account and region has rates of its own', () => {
    const rates = new ApiRates(new ManualClock());
    passed(rates, 'ListFunctions');
    assert.equal(passed(rates, 'ListFunctions', requestContext('222222222222' as AccountId)), 15);
    assert.equal(passed(rates, 'ListFunctions', requestContext(undefined, 'eu-west-1')), 15);
  });
});
