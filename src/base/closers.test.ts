import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Closers } from './closers.ts';
import { silentLogger } from './logger.ts';

test('Closers.closeAll closes the last first, one after the other, also after failures, and each once', async () => {
  const logged: unknown[] = [];
  const closers = new Closers({ ...silentLogger, error: (_message, fields) => logged.push(fields?.['error']) });
  const steps: string[] = [];
  const [rejected, thrown] = [new Error('rejected'), new Error('thrown')];
  closers.push(() => void steps.push('first'));
  closers.push(() => {
    throw thrown;
  });
  closers.push(async () => {
    steps.push('slow begins');
    await Promise.resolve();
    steps.push('slow ends');
  });
  closers.push(() => Promise.reject(rejected));
  assert.deepEqual(await closers.closeAll(), [rejected, thrown]);
  assert.deepEqual(steps, ['slow begins', 'slow ends', 'first']);
  assert.deepEqual(logged, [rejected, thrown]);
  assert.deepEqual(await closers.closeAll(), []);
});
