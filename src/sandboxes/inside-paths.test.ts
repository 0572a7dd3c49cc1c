import assert from 'node:assert/strict';
import { it } from 'node:test';
import { toHostPaths } from './inside-paths.ts';

it('toHostPaths puts sources for targets in paths and lists of paths, deepest first, and leaves the rest alone', () => {
  const toHost = toHostPaths([
    { source: '/data/code/1', target: '/var/task' },
    { source: '/data/layers', target: '/opt' },
    { source: '/data/extensions', target: '/opt/extensions' },
  ]);
  const cases = {
    '/var/task': '/data/code/1',
    '/var/task/a/b.js': '/data/code/1/a/b.js',
    '/var/tasks': '/var/tasks',
    '/opt/extensions/one': '/data/extensions/one',
    '/usr/bin:/opt/bin:/var/task/bin': '/usr/bin:/data/layers/bin:/data/code/1/bin',
    'https://example.com/opt/x': 'https://example.com/opt/x',
    'read /opt/x': 'read /opt/x',
    '': '',
  };
  for (const [inside, outside] of Object.entries(cases)) assert.equal(toHost(inside), outside);
});
