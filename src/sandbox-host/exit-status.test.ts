import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeExit } from './exit-status.ts';

it('decodeExit tells an exit code from a signal that bwrap turned into one', () => {
  assert.deepEqual(decodeExit(0, null), { code: 0, signal: undefined });
  assert.deepEqual(decodeExit(1, null), { code: 1, signal: undefined });
  assert.deepEqual(decodeExit(128, null), { code: 128, signal: undefined });
  assert.deepEqual(decodeExit(137, null), { code: undefined, signal: 'SIGKILL' });
  assert.deepEqual(decodeExit(255, null), { code: 255, signal: undefined });
  assert.deepEqual(decodeExit(null, 'SIGKILL'), { code: undefined, signal: 'SIGKILL' });
});
