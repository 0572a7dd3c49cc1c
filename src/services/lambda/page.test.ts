import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { rejectsWith } from '../../../test/support/lambda-control-plane.ts';
import { pageOf, readMarker, writeMarker } from './page.ts';

const page = (items: readonly string[], marker?: string, limit = 2) =>
  pageOf(items, { marker, limit, keyOf: (item) => item, follows: (item, key) => item > key });

suite('pageOf', () => {
  test('goes through a list, whatever is removed meanwhile', () => {
    const first = page(['a', 'b', 'c', 'd', 'e']);
    assert.deepEqual(first.items, ['a', 'b']);
    const second = page(['a', 'c', 'd', 'e'], first.NextMarker);
    assert.deepEqual(second.items, ['c', 'd']);
    assert.deepEqual(page(['a', 'c', 'd', 'e'], second.NextMarker), { items: ['e'] });
    assert.deepEqual(page(['a'], second.NextMarker), { items: [] });
    assert.deepEqual(page(['a', 'b'], ''), { items: ['a', 'b'] });
  });

  test('a marker that is not ours is refused', async () => {
    assert.equal(readMarker(writeMarker('ä')), 'ä');
    for (const marker of ['x', Buffer.from('{"after":1}').toString('base64url'), Buffer.from('null').toString('base64url')]) {
      await rejectsWith(() => readMarker(marker), {
        code: 'InvalidParameterValueException',
        message: 'The specified marker is not valid.',
      });
    }
  });
});
