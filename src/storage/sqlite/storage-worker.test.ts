import assert from 'node:assert/strict';
import { test } from 'node:test';

import { workerUrl } from './storage-worker.ts';

test('workerUrl names the worker beside the module, as source in a checkout and as JavaScript in the package', () => {
  assert.equal(workerUrl('file:///hearth/src/storage/sqlite/storage-worker.ts').href, 'file:///hearth/src/storage/sqlite/worker.ts');
  assert.equal(workerUrl('file:///hearth/dist/storage/sqlite/storage-worker.js').href, 'file:///hearth/dist/storage/sqlite/worker.js');
});
