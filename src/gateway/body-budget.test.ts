import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { BodyBudget } from './body-budget.ts';

suite('BodyBudget', () => {
  test('counts a body from its first byte once it is not small any more', () => {
    const budget = new BodyBudget(1_000_000);
    const lease = budget.lease();
    assert.equal(lease.growTo(65_536), true);
    assert.equal(budget.heldBytes, 0);
    assert.equal(lease.growTo(65_537), true);
    assert.equal(lease.growTo(300_000), true);
    assert.equal(budget.heldBytes, 300_000);
  });

  test('has room up to its limit; what does not fit changes nothing', () => {
    const budget = new BodyBudget(300_000);
    const [first, second] = [budget.lease(), budget.lease()];
    assert.equal(first.growTo(200_000), true);
    assert.equal(second.growTo(100_001), false);
    assert.equal(second.growTo(100_000), true);
    assert.equal(first.growTo(200_001), false);
    assert.equal(budget.heldBytes, 300_000);
    assert.equal(new BodyBudget(0).lease().growTo(65_536), true);
  });

  test('a lease gives back what it holds, once', () => {
    const budget = new BodyBudget(1_000_000);
    const other = budget.lease();
    other.growTo(100_000);
    const lease = budget.lease();
    {
      using held = lease;
      held.growTo(200_000);
      assert.equal(budget.heldBytes, 300_000);
    }
    lease[Symbol.dispose]();
    assert.equal(budget.heldBytes, 100_000);
  });
});
