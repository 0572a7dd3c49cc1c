import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../test/support/function-record.ts';
import type { FunctionRecord } from './function-record.ts';
import { withoutQualifier } from './without-qualifier.ts';

const POLICY = { revisionId: 'r', text: '{}' };

suite('withoutQualifier', () => {
  test('takes away what belongs to the qualifier alone, and empty members with it', () => {
    const record = {
      ...functionRecord('f'),
      policies: { $LATEST: POLICY, 1: POLICY },
      provisionedConcurrency: { 1: { requested: 2, modifiedMs: 3 } },
      runtimeManagement: { 1: { updateOn: 'Auto' as const }, 2: { updateOn: 'FunctionUpdate' as const } },
    } satisfies FunctionRecord;
    const rest = withoutQualifier(record, '1');
    assert.deepEqual(rest.policies, { $LATEST: POLICY });
    assert.equal('provisionedConcurrency' in rest, false);
    assert.deepEqual(rest.runtimeManagement, { 2: { updateOn: 'FunctionUpdate' } });
    assert.equal(rest.latest, record.latest);
  });

  test('gives the same record when there is nothing', () => {
    const record = functionRecord('f');
    for (const qualifier of ['1', 'constructor', '__proto__']) assert.equal(withoutQualifier(record, qualifier), record);
  });
});
