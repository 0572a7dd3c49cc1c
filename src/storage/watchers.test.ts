import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { StoredChange } from './stored-document.ts';
import { Watcher, Watchers } from './watchers.ts';

const change: StoredChange = { type: 'delete', key: 'a/b', revision: 1 };

test('Watchers.deliver reports what a listener throws, and serves the others all the same', () => {
  const raised: unknown[] = [];
  const seen: string[] = [];
  const watchers = new Watchers((error) => raised.push(error));
  const failure = new Error('cannot take it');
  watchers.add(
    new Watcher('a/', () => {
      throw failure;
    }),
  );
  watchers.add(new Watcher('a/b', () => seen.push('second')));
  watchers.add(new Watcher('b', () => seen.push('elsewhere')));
  watchers.deliver('a/b', change);
  assert.deepEqual(raised, [failure]);
  assert.deepEqual(seen, ['second']);
});

test('Watchers.deliver skips a watch that another listener closes meanwhile', () => {
  const seen: string[] = [];
  const watchers = new Watchers();
  const second = new Watcher('', () => seen.push('second'));
  watchers.add(new Watcher('', () => watchers.remove(second)));
  watchers.add(second);
  watchers.deliver('a/b', change);
  assert.deepEqual(seen, []);
});
