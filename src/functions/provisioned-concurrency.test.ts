import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../test/support/function-record.ts';
import type { FunctionRecord } from './function-record.ts';
import { findProvisioned, provisionedShares, provisionedTotal, withdrawConcurrency } from './provisioned-concurrency.ts';

function withAlias(requested: number, weight?: number): FunctionRecord {
  const routing = weight === undefined ? {} : { routing: { version: '2', weight } };
  return {
    ...functionRecord('f'),
    aliases: { live: { name: 'live', version: '1', description: '', revisionId: 'r', ...routing } },
    provisionedConcurrency: { live: { requested, modifiedMs: 0 }, '7': { requested: 1, modifiedMs: 0 } },
  };
}

suite('provisionedShares', () => {
  test('all to the version of the number, or of the alias', () => {
    assert.deepEqual(provisionedShares(withAlias(5), '7'), [{ version: '7', count: 1 }]);
    assert.deepEqual(provisionedShares(withAlias(5), 'live'), [{ version: '1', count: 5 }]);
    assert.deepEqual(provisionedShares(withAlias(5), 'other'), []);
  });

  test('by the weights of an alias, and none is lost in rounding', () => {
    const cases: readonly (readonly [requested: number, weight: number, first: number, second: number])[] = [
      [10, 0.2, 8, 2],
      [10, 0.25, 7, 3],
      [1, 0.4, 1, 0],
      [1, 0.6, 0, 1],
      [3, 0, 3, 0],
      [3, 1, 0, 3],
    ];
    for (const [requested, weight, first, second] of cases) {
      const expected = [
        { version: '1', count: first },
        { version: '2', count: second },
      ].filter(({ count }) => count > 0);
      assert.deepEqual(provisionedShares(withAlias(requested, weight), 'live'), expected, `${requested} ${weight}`);
    }
  });
});

test('findProvisioned finds what was put, and no property of every object', () => {
  assert.equal(findProvisioned(withAlias(5), 'live')?.requested, 5);
  assert.equal(findProvisioned(withAlias(5), 'constructor'), undefined);
  assert.equal(findProvisioned({}, 'live'), undefined);
});

test('withdrawConcurrency leaves nothing behind', () => {
  const record = withAlias(5);
  const without = withdrawConcurrency(record, 'live');
  assert.deepEqual([provisionedTotal(record), provisionedTotal(without)], [6, 1]);
  assert.equal(withdrawConcurrency(record, 'other'), record);
  assert.equal('provisionedConcurrency' in withdrawConcurrency(without, '7'), false);
});
