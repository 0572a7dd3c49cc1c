import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RecentlyUsed } from './recently-used.ts';

suite('RecentlyUsed', () => {
  test('forgets what was set longest ago, and nothing while there is room', () => {
    const map = new RecentlyUsed<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    assert.deepEqual([map.get('a'), map.get('b')], [1, 2]);
    map.set('c', 3);
    assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], [undefined, 2, 3]);
  });

  test('setting again makes an entry the newest, getting does not', () => {
    const map = new RecentlyUsed<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 4);
    map.get('b');
    map.set('c', 3);
    assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], [4, undefined, 3]);
  });

  test('setting the newest again changes its value and forgets nothing', () => {
    const map = new RecentlyUsed<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('b', 5);
    assert.deepEqual([map.get('a'), map.get('b')], [1, 5]);
  });
});
