import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doorRequest } from '../../../test/support/door-request.ts';
import { codeDownloadDoor } from './code-download.ts';

test('codeDownloadDoor hands path and query of a GET below its prefix on', async () => {
  const asked: unknown[] = [];
  const door = codeDownloadDoor('/_hearth/code/', (path, query) => {
    asked.push([path, query]);
    return Promise.resolve({ status: 200, headers: {}, body: 'zip' });
  });
  assert.equal(door.matches({ method: 'GET', path: '/_hearth/code/abc', headers: {} }), true);
  assert.equal(door.matches({ method: 'PUT', path: '/_hearth/code/abc', headers: {} }), false);
  assert.equal(door.matches({ method: 'GET', path: '/_hearth/codes', headers: {} }), false);
  assert.equal(door.openToEnvironments, true);
  const answer = await door.handle(doorRequest({ method: 'GET', url: '/_hearth/code/abc?expires=1' }));
  assert.equal(answer.body, 'zip');
  assert.deepEqual(asked, [['/_hearth/code/abc', 'expires=1']]);
});
