import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Alias } from '#functions/alias.ts';
import { FunctionRepository } from '#functions/function-repository.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { createWithVersions, functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../test/support/function-record.ts';
import { seededChance } from '../../test/support/seeded-chance.ts';
import { resolveTarget, type InvocationTarget } from './resolve-target.ts';

function alias(name: string, version: string, routing?: Alias['routing']): Alias {
  return { name, version, description: '', revisionId: 'r', ...(routing !== undefined && { routing }) };
}

type Resolve = (qualifier?: string) => InvocationTarget | undefined;

/** `f` with versions 1 and 2 and some aliases. */
async function resolver(): Promise<Resolve> {
  const functions = await FunctionRepository.open(new MemoryDocumentStore());
  const aliases = [alias('one', '1'), alias('both', '1', { version: '2', weight: 0.25 }), alias('newest', '$LATEST')];
  const record = { ...functionRecord('f'), aliases: Object.fromEntries(aliases.map((each) => [each.name, each])) };
  await createWithVersions(functions, record, 1, 2);
  const chance = seededChance(1);
  const key = { accountId: TEST_ACCOUNT, region: TEST_REGION, name: 'f' };
  return (qualifier) => resolveTarget({ ...key, ...(qualifier !== undefined && { qualifier }) }, functions, chance);
}

suite('resolveTarget', () => {
  test('no qualifier and $LATEST, a number, an alias', async () => {
    const resolve = await resolver();
    const seen = (qualifier?: string): readonly unknown[] => [resolve(qualifier)?.version.version, resolve(qualifier)?.alias];
    assert.deepEqual(seen(), ['$LATEST', undefined]);
    assert.deepEqual(seen('$LATEST'), ['$LATEST', undefined]);
    assert.deepEqual(seen('2'), ['2', undefined]);
    assert.deepEqual(seen('one'), ['1', 'one']);
    assert.deepEqual(seen('newest'), ['$LATEST', 'newest']);
    assert.equal(resolve('one')?.record.name, 'f');
    for (const qualifier of ['3', '$latest', 'other', 'constructor']) assert.equal(resolve(qualifier), undefined, qualifier);
  });

  test('an alias with weights shares the requests out', async () => {
    const resolve = await resolver();
    let second = 0;
    for (let request = 0; request < 4000; request++) if (resolve('both')?.version.version === '2') second += 1;
    // Four standard deviations of 4000 draws at a quarter.
    assert.ok(Math.abs(second - 1000) < 110, `${second}`);
  });

  test('$LATEST is what serves while an update runs', async () => {
    const functions = await FunctionRepository.open(new MemoryDocumentStore());
    const record = functionRecord('f');
    await functions.create({ ...record, serving: { ...record.latest, configurationId: 'old' }, aliases: { a: alias('a', '$LATEST') } });
    for (const qualifier of ['$LATEST', 'a']) {
      const target = resolveTarget({ accountId: TEST_ACCOUNT, region: TEST_REGION, name: 'f', qualifier }, functions, () => 0);
      assert.equal(target?.version.configurationId, 'old');
    }
  });
});
