import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Semaphore } from './semaphore.ts';

test('Semaphore.run never lets more than the limit through, and serves in order', async () => {
  const semaphore = new Semaphore(2);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const all = gates.map((gate, index) =>
    semaphore.run(async () => {
      order.push(index);
      running += 1;
      most = Math.max(most, running);
      await gate.promise;
      running -= 1;
    }),
  );
  for (const gate of gates) gate.resolve();
  await Promise.all(all);
  assert.equal(most, 2);
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
});

test('Semaphore.run passes its place on when the work fails', async () => {
  const semaphore = new Semaphore(1);
  await assert.rejects(
    semaphore.run(async () => {
      await Promise.resolve();
      throw new Error('no');
    }),
  );
  assert.equal(await semaphore.run(async () => Promise.resolve('next')), 'next');
});
