import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { seededChance } from '../../test/support/seeded-chance.ts';
import { chooseVersion, findAlias, leadsTo, type Alias } from './alias.ts';

const ALIAS: Alias = { name: 'live', version: '1', description: '', revisionId: 'r' };

/** How often each version is chosen in 10,000 draws. */
function draws(alias: Alias): Readonly<Record<string, number>> {
  const chance = seededChance(42);
  const counts: Record<string, number> = { 1: 0, 2: 0 };
  for (let draw = 0; draw < 10_000; draw++) {
    const version = chooseVersion(alias, chance);
    counts[version] = (counts[version] ?? 0) + 1;
  }
  return counts;
}

suite('chooseVersion', () => {
  test('without routing, and at the ends of the weight, always the same version', () => {
    assert.deepEqual(draws(ALIAS), { 1: 10_000, 2: 0 });
    assert.deepEqual(draws({ ...ALIAS, routing: { version: '2', weight: 0 } }), { 1: 10_000, 2: 0 });
    assert.deepEqual(draws({ ...ALIAS, routing: { version: '2', weight: 1 } }), { 1: 0, 2: 10_000 });
  });

  for (const weight of [0.05, 0.3, 0.5, 0.9]) {
    test(`the second version gets ${weight} of the requests, within four standard deviations`, () => {
      const second = draws({ ...ALIAS, routing: { version: '2', weight } })['2'] ?? 0;
      const deviation = Math.sqrt(10_000 * weight * (1 - weight));
      assert.ok(Math.abs(second - 10_000 * weight) < 4 * deviation, `${second}`);
    });
  }

  test('draws anew for each request: long runs of one version do not come', () => {
    const chance = seededChance(7);
    const chosen = Array.from({ length: 10_000 }, () => chooseVersion({ ...ALIAS, routing: { version: '2', weight: 0.5 } }, chance));
    const changes = chosen.filter((version, at) => at > 0 && version !== chosen[at - 1]).length;
    assert.ok(Math.abs(changes - 5000) < 200, `${changes}`);
  });
});

suite('findAlias', () => {
  test('finds own names only', () => {
    const aliases = { live: ALIAS, ['__proto__']: { ...ALIAS, name: '__proto__' } };
    assert.equal(findAlias({ aliases }, 'live'), ALIAS);
    assert.equal(findAlias({ aliases }, '__proto__')?.name, '__proto__');
    for (const name of ['constructor', 'toString', 'other']) assert.equal(findAlias({ aliases }, name), undefined);
    assert.equal(findAlias({}, 'live'), undefined);
  });
});

suite('leadsTo', () => {
  test('first or second version', () => {
    const alias: Alias = { ...ALIAS, routing: { version: '2', weight: 0.5 } };
    assert.deepEqual(
      ['1', '2', '3'].map((version) => leadsTo(alias, version)),
      [true, true, false],
    );
  });
});
