import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doorRequest } from '../../../test/support/door-request.ts';
import { healthDoor } from './health.ts';

test('healthDoor answers JSON under both paths, to GET alone', async () => {
  let uptimeSeconds = 1;
  const door = healthDoor(() => ({ status: 'running', uptimeSeconds: uptimeSeconds++ }));
  for (const path of ['/_hearth/health', '/_localstack/health']) {
    assert.equal(door.matches({ method: 'GET', path, headers: {} }), true);
    assert.equal(door.matches({ method: 'POST', path, headers: {} }), false);
    assert.equal(door.matches({ method: 'GET', path: `${path}/more`, headers: {} }), false);
  }
  assert.deepEqual(await door.handle(doorRequest({ method: 'GET', url: '/_hearth/health' })), {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: '{"status":"running","uptimeSeconds":1}\n',
  });
});
