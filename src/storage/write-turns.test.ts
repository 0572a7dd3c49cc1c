import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RevisionConflict } from './document-store.ts';
import { MemoryDocumentStore } from './memory/memory-document-store.ts';
import { WriteTurns } from './write-turns.ts';

suite('WriteTurns', () => {
  test('however many write at once, none is lost and none gives up', async () => {
    const documents = new MemoryDocumentStore();
    const turns = new WriteTurns();
    const increment = async (): Promise<void> => {
      const current = await documents.get<number>('counter');
      await documents.put('counter', (current?.value ?? 0) + 1, current?.revision ?? 0);
    };
    await Promise.all(Array.from({ length: 200 }, () => turns.write('counter', increment)));
    assert.equal((await documents.get('counter'))?.value, 200);
  });

  test('writers of one key come in their order, those of others do not wait', async () => {
    const turns = new WriteTurns();
    const gate = Promise.withResolvers<void>();
    const done: string[] = [];
    const write = (key: string, name: string, until?: Promise<void>): Promise<void> =>
      turns.write(key, async () => {
        await until;
        done.push(name);
      });
    const all = [write('a', 'first', gate.promise), write('a', 'second'), write('a', 'third'), write('b', 'other')];
    await all[3];
    assert.deepEqual(done, ['other']);
    gate.resolve();
    await Promise.all(all);
    assert.deepEqual(done, ['other', 'first', 'second', 'third']);
  });

  test('one that fails lets the next come, with its own error', async () => {
    const turns = new WriteTurns();
    const failing = turns.write('a', () => Promise.reject(new Error('no')));
    const next = turns.write('a', () => Promise.resolve('yes'));
    await assert.rejects(failing, /no/);
    assert.equal(await next, 'yes');
  });

  test('a conflict with somebody outside is tried again, not for ever', async () => {
    const turns = new WriteTurns();
    let tries = 0;
    const conflicts = (times: number) => () => {
      tries += 1;
      return tries <= times ? Promise.reject(new RevisionConflict('a')) : Promise.resolve(tries);
    };
    assert.equal(await turns.write('a', conflicts(3)), 4);
    tries = 0;
    await assert.rejects(turns.write('a', conflicts(Infinity)), RevisionConflict);
    assert.equal(tries, 20);
  });
});
