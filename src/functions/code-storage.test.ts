import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { createWithVersions, functionRecord, TEST_ACCOUNT } from '../../test/support/function-record.ts';
import { layerContent, layerKey } from '../../test/support/layer-version.ts';
import { CodeStorage } from './code-storage.ts';
import { FunctionRepository } from './function-repository.ts';
import { LayerRepository } from './layer-repository.ts';

const SCOPE = { accountId: TEST_ACCOUNT, region: 'us-east-1' };

async function storage(limitBytes: number): Promise<CodeStorage> {
  const documents = new MemoryDocumentStore();
  const functions = await FunctionRepository.open(documents);
  const layers = await LayerRepository.open(documents);
  await createWithVersions(functions, functionRecord('f', { code: { digest: 'a', sizeBytes: 10 } }), 1, 2);
  await functions.create(functionRecord('elsewhere', { region: 'eu-west-1' }));
  for (const _ of [1, 2]) await layers.publish(layerKey('l'), layerContent({ code: { digest: 'c', sizeBytes: 100 } }));
  return new CodeStorage({ functions, layers, limitBytes });
}

suite('CodeStorage', () => {
  test('counts every version of functions and layers in the region', async () => {
    assert.equal((await storage(1000)).usedBytes(SCOPE), 230);
    assert.equal((await storage(1000)).usedBytes({ ...SCOPE, region: 'eu-west-1' }), 100);
  });

  test('takes what fits exactly, and nothing beyond; what makes it less always goes', async () => {
    const full = await storage(240);
    full.check(SCOPE, 10);
    assert.throws(() => full.check(SCOPE, 11), {
      code: 'CodeStorageExceededException',
      status: 400,
      message: 'Code storage limit exceeded.',
    });
    (await storage(100)).check(SCOPE, 0);
    (await storage(100)).check(SCOPE, -5);
  });
});
