import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthDoor } from './health.ts';

test('healthDoor answers JSON under both paths, to GET alone', async () => {
  let uptimeSeconds = 1;
  const door = healthDoor(() => ({ status: 'running', uptimeSeconds: uptimeSeconds++ }));
  const head = { query: '', headers: {}, body: Buffer.alloc(0) };
  for (const path of ['/_hearth/health', '/_localstack/health']) {
    assert.equal(door.matches({ method: 'GET', path }), true);
    assert.equal(door.matches({ method: 'POST', path }), false);
    assert.equal(door.matches({ method: 'GET', path: `${path}/more` }), false);
  }
  assert.deepEqual(await door.handle({ method: 'GET', path: '/_hearth/health', ...head }), {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: '{"status":"running","uptimeSeconds":1}\n',
  });
});
