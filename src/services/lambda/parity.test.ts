import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { loadSchemaModule } from '#aws/wire/schema-loader.ts';
import { readServiceModel } from '#aws/wire/schema.ts';
import { LAMBDA_OPERATIONS } from './operations.ts';
import { parityGaps, parityPage } from './parity-page.ts';
import { parityOf, testFileOf } from './parity.ts';

const ROOT = new URL('../../../', import.meta.url);
const model = readServiceModel(await loadSchemaModule('@aws-sdk/client-lambda'));

suite('parity', () => {
  test('docs/parity.md is what the tables say (else run: node scripts/generate-parity.ts)', () => {
    assert.equal(readFileSync(new URL('docs/parity.md', ROOT), 'utf8'), parityPage(model));
  });

  test('says something about every parameter of every operation, and of nothing else', () => {
    assert.deepEqual(parityGaps(model), { missing: [], unknown: [] });
  });

  for (const operation of Object.keys(LAMBDA_OPERATIONS)) {
    test(`the tests that it names for ${operation} exist`, () => {
      const file = new URL(testFileOf(operation), ROOT);
      assert.ok(existsSync(file), `no ${testFileOf(operation)}`);
      const source = readFileSync(file, 'utf8');
      for (const [path, parity] of parityOf(operation)) {
        if (parity.status === 'behaves') assert.ok(source.includes(`test('${parity.test}'`), `${path}: no test "${parity.test}"`);
      }
    });
  }
});
