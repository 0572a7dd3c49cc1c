import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeDownloadDoor } from './code-download.ts';

test('codeDownloadDoor hands path and query of a GET below its prefix on', async () => {
  const asked: unknown[] = [];
  const door = codeDownloadDoor('/_hearth/code/', (path, query) => {
    asked.push([path, query]);
    return Promise.resolve({ status: 200, headers: {}, body: 'zip' });
  });
  assert.equal(door.matches({ method: 'GET', path: '/_hearth/code/abc' }), true);
  assert.equal(door.matches({ method: 'PUT', path: '/_hearth/code/abc' }), false);
  assert.equal(door.matches({ method: 'GET', path: '/_hearth/codes' }), false);
  assert.equal(door.openToEnvironments, true);
  const answer = await door.handle({ method: 'GET', path: '/_hearth/code/abc', query: 'expires=1', headers: {}, body: Buffer.alloc(0) });
  assert.equal(answer.body, 'zip');
  assert.deepEqual(asked, [['/_hearth/code/abc', 'expires=1']]);
});
