import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOfDirectory } from './fault-of-directory.ts';

function found(changes: { readonly directory?: boolean; readonly uid?: number; readonly mode?: number } = {}) {
  const { directory = true, uid = 7, mode = 0o711 } = changes;
  return { isDirectory: () => directory, uid, mode: 0o040000 | mode };
}

test('faultOfDirectory: a real folder of that user in which nobody else writes is without fault', () => {
  assert.equal(faultOfDirectory(found(), 7), undefined);
  assert.equal(faultOfDirectory(found({ mode: 0o2755 }), 7), undefined);
  assert.equal(faultOfDirectory(found({ directory: false }), 7), 'is not a folder');
  assert.equal(faultOfDirectory(found({ uid: 8 }), 7), 'belongs to another user (8)');
  assert.equal(faultOfDirectory(found({ mode: 0o770 }), 7), 'can be written by other users');
  assert.equal(faultOfDirectory(found({ mode: 0o1777 }), 7), 'can be written by other users');
});

test('faultOfDirectory: without users only the kind counts', () => {
  assert.equal(faultOfDirectory(found({ uid: 8, mode: 0o777 }), undefined), undefined);
  assert.equal(faultOfDirectory(found({ directory: false }), undefined), 'is not a folder');
});
