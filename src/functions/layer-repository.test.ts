import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { layerContent, layerKey, OTHER_ACCOUNT } from '../../test/support/layer-version.ts';
import { LayerRepository } from './layer-repository.ts';

const withCode = (digest: string) => layerContent({ code: { digest, sizeBytes: 1 } });
const numbers = (versions: readonly { readonly version: number }[]): readonly number[] => versions.map(({ version }) => version);

suite('LayerRepository', () => {
  test('numbers versions per layer, account and region, and never twice', async () => {
    const documents = new MemoryDocumentStore();
    const layers = await LayerRepository.open(documents);
    const key = layerKey('l');
    assert.equal((await layers.publish(key, layerContent())).version, 1);
    assert.equal((await layers.publish(key, layerContent())).version, 2);
    for (const other of [layerKey('m'), layerKey('l', { region: 'eu-west-1' }), layerKey('l', { accountId: OTHER_ACCOUNT })]) {
      assert.equal((await layers.publish(other, layerContent())).version, 1);
    }
    assert.equal(await layers.delete({ ...key, version: 2 }), true);
    assert.equal(await layers.delete({ ...key, version: 2 }), false);
    assert.equal(await layers.delete({ ...key, version: 1 }), true);
    assert.deepEqual(layers.versions(key), []);
    const reopened = await LayerRepository.open(documents);
    assert.equal((await reopened.publish(key, layerContent())).version, 3);
  });

  test('publishing at the same time gives each a number of its own', async () => {
    const layers = await LayerRepository.open(new MemoryDocumentStore());
    const published = await Promise.all(Array.from({ length: 30 }, () => layers.publish(layerKey('l'), layerContent())));
    assert.equal(new Set(numbers(published)).size, 30);
    assert.deepEqual(
      numbers(layers.versions(layerKey('l'))),
      Array.from({ length: 30 }, (_, index) => 30 - index),
    );
  });

  test('finds what another run stored; lists layers by name and versions newest first', async () => {
    const documents = new MemoryDocumentStore();
    const earlier = await LayerRepository.open(documents);
    for (const name of ['b', 'a', 'a']) await earlier.publish(layerKey(name), layerContent());
    const layers = await LayerRepository.open(documents);
    assert.deepEqual(layers.find({ ...layerKey('a'), version: 2 }), { ...layerKey('a'), version: 2, ...layerContent() });
    assert.equal(layers.find({ ...layerKey('a'), version: 3 }), undefined);
    const listed = layers.layers(layerKey(''));
    assert.deepEqual(
      listed.map(({ name, versions }) => [name, numbers(versions)]),
      [
        ['a', [2, 1]],
        ['b', [1]],
      ],
    );
    assert.deepEqual(layers.layers(layerKey('', { accountId: OTHER_ACCOUNT })), []);
  });

  test('knows the packages that versions have, and those that are kept for somebody', async () => {
    const layers = await LayerRepository.open(new MemoryDocumentStore());
    const key = layerKey('l');
    await layers.publish(key, withCode('x'));
    await layers.publish(key, withCode('x'));
    await layers.update({ ...key, version: 1 }, (version) => ({ ...version, policy: { revisionId: 'r', text: '{}' } }));
    await layers.delete({ ...key, version: 1 });
    assert.ok(layers.usesCode('x'));
    {
      using _kept = layers.keep(['x']);
      await layers.delete({ ...key, version: 2 });
      assert.ok(layers.usesCode('x'));
    }
    assert.ok(!layers.usesCode('x'));
  });

  test('an update sees the newest version, and none that is gone', async () => {
    const layers = await LayerRepository.open(new MemoryDocumentStore());
    const key = { ...layerKey('l'), version: 1 };
    assert.equal(await layers.update(key, (version) => version), undefined);
    await layers.publish(key, layerContent());
    const add = (text: string) => layers.update(key, (version) => ({ ...version, description: version.description + text }));
    await Promise.all(['a', 'b', 'c'].map(add));
    assert.match(layers.find(key)?.description ?? '', /^(?=.*a)(?=.*b)(?=.*c)...$/);
  });
});
