import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handoverVariables, readHandover } from './handover.ts';

test('readHandover reads what handoverVariables wrote, and nothing else', () => {
  for (const home of ['/root', '/home/a:b', '']) {
    const handover = { frames: 21, messages: 23, home };
    assert.deepEqual(readHandover(handoverVariables(handover)), handover);
  }
  for (const environment of [{}, { _HEARTH_HANDOVER: '' }, { _HEARTH_HANDOVER: '3:x:/root' }])
    assert.equal(readHandover(environment), undefined);
});
